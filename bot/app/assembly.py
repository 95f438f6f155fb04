"""The services, wired to each other over whatever stands behind their ports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.challenge import Challenge
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.message import ChannelLink
from bot.domain.chat.port import ChatPort
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort, Member
from bot.domain.exercise import Catalogue, title_of
from bot.domain.grading import Grader, Seeds
from bot.domain.store import Store, Transaction
from bot.services.challenges import planning
from bot.services.challenges import room as challenge_room
from bot.services.challenges.commands import ChallengeCommands
from bot.services.challenges.service import ChallengeService
from bot.services.cohorts import room as cohort_room
from bot.services.cohorts.actions import CohortActions
from bot.services.cohorts.commands import CohortCommands, MemberCommands
from bot.services.cohorts.founding import FoundingService
from bot.services.cohorts.service import CohortService, JoiningService
from bot.services.progress import room as progress_room
from bot.services.progress.commands import ProgressCommands
from bot.services.progress.leaderboard import Draw, LeaderboardService
from bot.services.progress.service import ProgressService
from bot.services.submissions import room as submission_room
from bot.services.submissions.actions import SubmissionActions
from bot.services.submissions.grading import Grading
from bot.services.submissions.hints import HintService
from bot.services.submissions.intake import IntakeService
from bot.services.submissions.listening import ThreadListener
from bot.services.submissions.service import SubmissionService
from bot.services.talk import room as talk_room
from bot.services.talk.confirming import ConfirmationService
from bot.services.talk.delivery import Delivery
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
    delivery: Delivery
    grading: Grading
    challenges: ChallengeService
    leaderboard: LeaderboardService
    commands: Sequence[CommandSpec]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the services stand on.

    Attributes:
        chats: Adapters by platform.
        new_id: Draws a submission id that was never used.
        queued: Called after a submission was queued.
        draw: Makes the leaderboard's picture.
        owner: Names this process in leases.
        rules: What new cohorts begin with, by the names in `rules.NAMES`.
    """

    store: Store
    chats: Mapping[str, ChatPort]
    catalogue: Catalogue
    grader: Grader
    seeds: Seeds
    clock: Clock
    new_id: Callable[[], str]
    queued: Callable[[], None]
    draw: Draw
    owner: str
    rules: Mapping[str, Any]


def assemble(ports: Ports) -> Services:
    """Wire the services.

    Raises:
        AssertionError: Commands or buttons do not fit together; the message names them.
    """
    store, catalogue, clock = ports.store, ports.catalogue, ports.clock
    challenges = ChallengeService(
        store=store, catalogue=catalogue, clock=clock, devices=ports.grader.devices
    )
    leaderboard = LeaderboardService(store=store, clock=clock, draw=ports.draw)
    submissions = _submissions(ports)
    rooms = [
        *_cohort_rooms(ports),
        _progress_room(ports, leaderboard),
        submission_room.room(submissions),
        challenge_room.room(
            ChallengeCommands(store=store, catalogue=catalogue, clock=clock, challenges=challenges)
        ),
    ]
    registry, router = _router(ports, rooms, submissions)
    return Services(
        dispatcher=Dispatcher(
            store=store, handle=router.handle, suggestions=registry.suggest, clock=clock
        ),
        delivery=_delivery(ports, challenges),
        grading=Grading(
            store=store,
            catalogue=catalogue,
            grader=ports.grader,
            seeds=ports.seeds,
            clock=clock,
            owner=ports.owner,
        ),
        challenges=challenges,
        leaderboard=leaderboard,
        commands=registry.specs,
    )


def _router(
    ports: Ports, rooms: Sequence[Room], submissions: SubmissionActions
) -> tuple[Registry, Router]:
    confirmations = ConfirmationService(store=ports.store, clock=ports.clock)
    registry = Registry.of(*rooms, talk_room.room(rooms, confirmations))
    commands = CommandService(
        store=ports.store,
        registry=registry,
        confirmations=confirmations,
        clock=ports.clock,
    )
    listener = ThreadListener(store=ports.store, intake=submissions.intake, hints=submissions.hints)
    return registry, Router(
        registry=registry,
        commands=commands,
        listen=listener.listen,
        forget=submissions.intake.withdraw,
    )


def _submissions(ports: Ports) -> SubmissionActions:
    store, catalogue, clock = ports.store, ports.catalogue, ports.clock
    return SubmissionActions(
        store=store,
        submissions=SubmissionService(store=store, catalogue=catalogue, clock=clock),
        intake=IntakeService(
            store=store,
            chats=ports.chats,
            catalogue=catalogue,
            seeds=ports.seeds,
            clock=clock,
            new_id=ports.new_id,
            queued=ports.queued,
        ),
        hints=HintService(store=store, catalogue=catalogue, clock=clock),
    )


def _cohort_rooms(ports: Ports) -> list[Room]:
    store, chats, clock = ports.store, ports.chats, ports.clock

    async def begin(tx: Transaction, cohort: Cohort, member: Member) -> Sequence[ChannelLink]:
        await planning.ensure_week(tx, member, cohort.week_at(clock()))
        return await planning.open_links(tx, ports.catalogue, cohort.id, clock())

    joining = JoiningService(store=store, clock=clock, begin=begin)
    founding = FoundingService(store=store, chats=chats, clock=clock, rules=ports.rules)
    steering = CohortCommands(cohorts=CohortService(store=store), founding=founding, clock=clock)
    return [
        cohort_room.members_room(MemberCommands(joining=joining), CohortActions(joining=joining)),
        cohort_room.mentors_room(steering),
    ]


def _progress_room(ports: Ports, leaderboard: LeaderboardService) -> Room:
    progress = ProgressService(store=ports.store, catalogue=ports.catalogue, clock=ports.clock)
    return progress_room.room(
        ProgressCommands(progress=progress, leaderboard=leaderboard, clock=ports.clock)
    )


def _delivery(ports: Ports, challenges: ChallengeService) -> Delivery:
    def thread_title(challenge: Challenge) -> str:
        return title_of(ports.catalogue, challenge.exercise)

    return Delivery(
        store=ports.store,
        chats=ports.chats,
        clock=ports.clock,
        title_of=thread_title,
        on_posted=challenges.introduce,
    )
