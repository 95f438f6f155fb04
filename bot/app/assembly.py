"""The services, wired to each other over whatever stands behind their ports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.message import ChannelLink
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import Limit
from bot.domain.exercise import Catalogue
from bot.domain.grading import Grader
from bot.domain.jobs import Jobs
from bot.domain.member import Member
from bot.domain.store import Store, Transaction
from bot.services.challenges import planning
from bot.services.challenges import room as challenge_room
from bot.services.challenges.commands import ChallengeCommands
from bot.services.challenges.finding import ChallengeFinder
from bot.services.challenges.service import ChallengeService
from bot.services.challenges.windows import WindowCommands, WindowService
from bot.services.cohorts import room as cohort_room
from bot.services.cohorts.actions import CohortActions, Resume
from bot.services.cohorts.commands import CohortCommands, MemberCommands
from bot.services.cohorts.founding import FoundingService
from bot.services.cohorts.messages import pledge
from bot.services.cohorts.service import CohortService, JoiningService, invite
from bot.services.mentoring import room as mentoring_room
from bot.services.mentoring.actions import MentoringActions
from bot.services.mentoring.commands import MentoringCommands
from bot.services.mentoring.deciding import DecidingService
from bot.services.mentoring.regrading import RegradeService
from bot.services.mentoring.reviewing import ReviewService
from bot.services.privacy import room as privacy_room
from bot.services.privacy.service import PrivacyService
from bot.services.progress import room as progress_room
from bot.services.progress.actions import SelfViewActions
from bot.services.progress.celebrating import CelebrationService
from bot.services.progress.commands import ProgressCommands
from bot.services.progress.journey import JourneyService
from bot.services.progress.leaderboard import Draw, LeaderboardService
from bot.services.progress.self_view_messages import OFFER
from bot.services.progress.service import ProgressService
from bot.services.progress.signing import SigningService
from bot.services.progress.signing_commands import SigningCommands
from bot.services.submissions import room as submission_room
from bot.services.submissions.actions import SubmissionActions
from bot.services.submissions.grading import GradingService
from bot.services.submissions.hints import HintService
from bot.services.submissions.intake import IntakeService
from bot.services.submissions.kept import KeptAnswers
from bot.services.submissions.listening import ThreadListener
from bot.services.submissions.reader import SourceReader
from bot.services.submissions.released import ReleasedExercises
from bot.services.submissions.retention import Kept, RetentionService
from bot.services.submissions.seeds import SeedService
from bot.services.submissions.service import SubmissionService
from bot.services.submissions.solutions import SolutionService
from bot.services.talk import room as talk_room
from bot.services.talk.confirming import ConfirmationService
from bot.services.talk.delivery import DeliveryService
from bot.services.talk.dispatch import Dispatcher
from bot.services.talk.invoking import CommandService
from bot.services.talk.registry import Registry, Room
from bot.services.talk.router import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the composition root starts, ticks and stops.

    Attributes:
        commands: What the chat platforms are told of.
    """

    dispatcher: Dispatcher
    delivery: DeliveryService
    grading: GradingService
    seeds: SeedService
    challenges: ChallengeService
    leaderboard: LeaderboardService
    regrades: RegradeService
    retention: RetentionService
    commands: Sequence[CommandSpec]


def ignore(_limit: Limit) -> None:
    """Where nothing is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the services stand on.

    Attributes:
        chats: Adapters by platform.
        new_id: Draws a submission id that was never used.
        draw: Makes the leaderboard's picture.
        worker: Id of this process in leases.
        rules: What new cohorts begin with, by the names in `rules.NAMES`.
        on_limit: Told where somebody met a limit, for metrics.
        kept: How long what was sent is kept.
    """

    store: Store
    chats: Mapping[str, ChatPort]
    catalogue: Catalogue
    grader: Grader
    jobs: Jobs
    clock: Clock
    new_id: Callable[[], str]
    draw: Draw
    worker: str
    rules: Mapping[str, Any]
    kept: Kept
    on_limit: Callable[[Limit], None] = ignore


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What several rooms stand on."""

    released: ReleasedExercises
    seeds: SeedService


def assemble(ports: Ports) -> Services:
    """Wire the services.

    Raises:
        AssertionError: Commands or buttons do not fit together; the message names them.
    """
    store, catalogue, clock = ports.store, ports.catalogue, ports.clock
    shared = Shared(
        released=ReleasedExercises(catalogue=catalogue),
        seeds=SeedService(store=store, clock=clock),
    )
    challenges = ChallengeService(
        store=store,
        catalogue=catalogue,
        released=shared.released,
        chats=ports.chats,
        clock=clock,
        devices=ports.grader.devices,
    )
    leaderboard = LeaderboardService(store=store, clock=clock, draw=ports.draw)
    progress = ProgressService(
        store=store, catalogue=catalogue, released=shared.released, clock=clock
    )
    submissions = _submissions(ports, shared)
    regrades = _regrades(ports, shared)
    rooms = [
        *_cohort_rooms(ports, shared, resume=submissions.intake.take_kept),
        _progress_room(ports, shared, progress=progress, leaderboard=leaderboard),
        submission_room.room(submissions),
        progress_room.mentors_room(_signing(ports)),
        privacy_room.room(
            PrivacyService(
                store=store, clock=clock, kept=ports.kept, leave_out=leaderboard.leave_out
            )
        ),
        _challenge_room(ports, shared, challenges),
        _mentoring_room(ports, shared, regrades),
    ]
    listener = ThreadListener(
        store=store,
        intake=submissions.intake,
        hints=submissions.hints,
        released=shared.released,
        clock=clock,
    )
    commands, router = _router(ports, rooms, listener, challenges)
    return Services(
        dispatcher=Dispatcher(
            store=store,
            handle=router.handle,
            expects=listener.expects_code,
            solved=progress.has_solved,
            completions=commands.suggest,
            clock=clock,
            on_limit=ports.on_limit,
        ),
        delivery=DeliveryService(
            store=store,
            chats=ports.chats,
            clock=clock,
            jobs=ports.jobs,
            on_thread=challenges.introduce,
        ),
        grading=_grading(ports, shared),
        seeds=shared.seeds,
        challenges=challenges,
        leaderboard=leaderboard,
        regrades=regrades,
        retention=RetentionService(store=store, clock=clock, kept=ports.kept),
        commands=commands.registry.specs,
    )


def _router(
    ports: Ports,
    rooms: Sequence[Room],
    listener: ThreadListener,
    challenges: ChallengeService,
) -> tuple[CommandService, Router]:
    confirmations = ConfirmationService(store=ports.store, clock=ports.clock)
    registry = Registry.of(*rooms, talk_room.room(rooms, confirmations))
    commands = CommandService(
        store=ports.store,
        chats=ports.chats,
        registry=registry,
        confirmations=confirmations,
        clock=ports.clock,
    )
    return commands, Router(
        registry=registry,
        commands=commands,
        listen=listener.listen,
        invite=partial(invite, ports.store),
        forget=listener.intake.withdraw,
        lose=challenges.lose_threads,
    )


def _challenge_room(ports: Ports, shared: Shared, challenges: ChallengeService) -> Room:
    store, clock = ports.store, ports.clock
    finder = ChallengeFinder(store=store, clock=clock)
    steering = ChallengeCommands(
        store=store, catalogue=ports.catalogue, clock=clock, challenges=challenges, finder=finder
    )
    windows = WindowService(store=store, released=shared.released, clock=clock)
    return challenge_room.room(steering, WindowCommands(windows=windows, finder=finder))


def _grading(ports: Ports, shared: Shared) -> GradingService:
    return GradingService(
        store=ports.store,
        catalogue=ports.catalogue,
        released=shared.released,
        grader=ports.grader,
        seeds=shared.seeds,
        clock=ports.clock,
        celebrate=CelebrationService(catalogue=ports.catalogue).celebrate,
        worker=ports.worker,
    )


def _regrades(ports: Ports, shared: Shared) -> RegradeService:
    return RegradeService(
        store=ports.store,
        catalogue=ports.catalogue,
        released=shared.released,
        grader=ports.grader,
        seeds=shared.seeds,
        clock=ports.clock,
        worker=ports.worker,
    )


def _mentoring_room(ports: Ports, shared: Shared, regrades: RegradeService) -> Room:
    store, clock = ports.store, ports.clock
    commands = MentoringCommands(
        store=store,
        finder=ChallengeFinder(store=store, clock=clock),
        regrades=regrades,
        deciding=DecidingService(store=store, released=shared.released, clock=clock),
        reviews=ReviewService(
            store=store, catalogue=ports.catalogue, released=shared.released, clock=clock
        ),
    )
    return mentoring_room.room(commands, MentoringActions(regrades=regrades))


def _submissions(ports: Ports, shared: Shared) -> SubmissionActions:
    store, clock, released = ports.store, ports.clock, shared.released
    return SubmissionActions(
        store=store,
        submissions=SubmissionService(store=store, released=released, clock=clock),
        intake=IntakeService(
            store=store,
            reader=SourceReader(chats=ports.chats),
            kept=KeptAnswers(store=store, released=released, clock=clock, pledge=pledge),
            seeds=shared.seeds,
            clock=clock,
            new_id=ports.new_id,
            health=ports.grader.health,
        ),
        hints=HintService(store=store, released=released, clock=clock),
        solutions=SolutionService(
            store=store, catalogue=ports.catalogue, released=released, clock=clock
        ),
        released=released,
    )


def _progress_room(
    ports: Ports, shared: Shared, *, progress: ProgressService, leaderboard: LeaderboardService
) -> Room:
    store, clock = ports.store, ports.clock
    journey = JourneyService(
        store=store, catalogue=ports.catalogue, released=shared.released, clock=clock
    )
    return progress_room.room(
        ProgressCommands(progress=progress, journey=journey, leaderboard=leaderboard, clock=clock),
        SelfViewActions(store=store, clock=clock),
    )


def _signing(ports: Ports) -> SigningCommands:
    store, catalogue = ports.store, ports.catalogue
    signing = SigningService(store=store, catalogue=catalogue, clock=ports.clock)
    return SigningCommands(store=store, catalogue=catalogue, signing=signing)


def _cohort_rooms(ports: Ports, shared: Shared, *, resume: Resume) -> list[Room]:
    store, chats, clock = ports.store, ports.chats, ports.clock

    async def begin(
        tx: Transaction, cohort: Cohort, member: Member, near: ConversationRef
    ) -> Sequence[ChannelLink]:
        week = cohort.week_at(clock())
        challenges = await tx.challenges.of_week(cohort.id, week)
        await tx.progress.plan(planning.week_of(member.id, week, challenges))
        known = await tx.challenges.not_over(cohort.id, clock())
        return await planning.links_to_open(tx, shared.released, known, near=near, now=clock())

    joining = JoiningService(store=store, clock=clock, begin=begin, offer=OFFER)
    founding = FoundingService(store=store, chats=chats, clock=clock, rules=ports.rules)
    steering = CohortCommands(cohorts=CohortService(store=store), founding=founding, clock=clock)
    return [
        cohort_room.members_room(
            MemberCommands(joining=joining), CohortActions(joining=joining, resume=resume)
        ),
        cohort_room.mentors_room(steering),
    ]
