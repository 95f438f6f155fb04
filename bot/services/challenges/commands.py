"""The commands with which mentors steer challenges."""

import contextlib
import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.chat.commands import CommandOption, CommandSpec, Permission
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.errors import CatalogueError, NotFoundError, UserError
from bot.domain.exercise import Catalogue, Day, Exercise, title_of
from bot.domain.progression import PlanReason, Turnout
from bot.domain.schedule import WEEKDAYS
from bot.domain.store import Store
from bot.services.challenges import messages
from bot.services.challenges.finding import ChallengeFinder
from bot.services.challenges.service import ChallengeService
from bot.services.cohorts.holidays import PLANNED_AHEAD, read_date
from bot.services.cohorts.messages import lowered_limits
from bot.services.talk.registry import Call, Command
from bot.services.talk.reply import Answer, Confirm

MAX_LISTED = 24
"""The last eight weeks of challenges."""

COMPARED_CHARS = 60
"""Of a name that no exercise has: comparing takes time with the square of the length."""

_EXERCISE = CommandOption("exercise", "Which exercise", suggests=True)

POST = CommandSpec("challenge post", "Release an exercise now", (_EXERCISE,), Permission.MENTORS)
PREVIEW = CommandSpec(
    "challenge preview", "See an exercise as learners will", (_EXERCISE,), Permission.MENTORS
)
LIST = CommandSpec("challenge list", "This cohort's challenges", permission=Permission.MENTORS)
CLOSE = CommandSpec(
    "challenge close",
    "Close a challenge before its time",
    (CommandOption("challenge", "Its number in /challenge list", suggests=True),),
    Permission.MENTORS,
)
PIN = CommandSpec(
    "challenge pin",
    "Choose the exercise of a coming day",
    (CommandOption("date", "For example 2026-11-23"), _EXERCISE),
    Permission.MENTORS,
)
UNPIN = CommandSpec(
    "challenge unpin",
    "Let the calendar choose a day's exercise again",
    (CommandOption("date", "As /challenge list shows it", suggests=True),),
    Permission.MENTORS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeCommands:
    """Answers them."""

    store: Store
    catalogue: Catalogue
    clock: Clock
    challenges: ChallengeService
    finder: ChallengeFinder

    def all(self) -> list[Command]:
        """Specs, handlers, completions, and what is asked before."""
        exercises = {"exercise": self._complete_exercises}
        return [
            Command(spec=POST, handler=self._post, completions=exercises),
            Command(spec=PREVIEW, handler=self._preview, completions=exercises),
            Command(spec=LIST, handler=self._list),
            Command(
                spec=CLOSE,
                handler=self._close,
                completions={"challenge": self._complete_open_challenges},
                confirmation=self._ask_to_close,
            ),
            Command(spec=PIN, handler=self._pin, completions=exercises),
            Command(
                spec=UNPIN, handler=self._unpin, completions={"date": self._complete_pinned_dates}
            ),
        ]

    async def _post(self, call: Call) -> Answer:
        exercise = self._exercise(call)
        async with self.store.read() as tx:
            known = await tx.challenges.not_over(call.cohort.id, self.clock())
        for challenge in known:
            if challenge.exercise == exercise.slug and challenge.closed_at is None:
                raise UserError(messages.open_already(exercise.title, challenge))
        challenge = await self.challenges.open(
            call.cohort,
            exercise,
            key=f"command:{call.event.key}",
            reason=PlanReason.CHOSEN_BY_MENTOR,
        )
        if challenge is None:
            return messages.POSTED_ALREADY
        return messages.posted(exercise, challenge)

    async def _preview(self, call: Call) -> Answer:
        exercise = self._exercise(call)
        note = lowered_limits(exercise.limits, call.cohort.caps)
        return messages.task(exercise, note=note, buttons_for=None)

    async def _list(self, call: Call) -> Answer:
        async with self.store.read() as tx:
            challenges = await tx.challenges.newest(call.cohort.id, limit=MAX_LISTED)
            pins = await tx.calendar.pins(call.cohort.id, call.cohort.local_date(self.clock()))
            turnouts = await tx.progress.turnouts([challenge.id for challenge in challenges])
        rows = [
            (
                challenge,
                title_of(self.catalogue, challenge.exercise),
                turnouts.get(challenge.id, Turnout()),
            )
            for challenge in challenges
        ]
        pinned = [(on, title_of(self.catalogue, slug)) for on, slug in pins]
        return messages.listing(rows, pinned, self.clock())

    async def _ask_to_close(self, call: Call) -> Confirm:
        challenge = await self.finder.get(call)
        if challenge.closed_at is not None:
            raise UserError(messages.CLOSED_ALREADY)
        async with self.store.read() as tx:
            members = {member.id for member in await tx.members.of(call.cohort.id)}
            answered = members.intersection(await tx.submissions.answered_by(challenge.id))
        question = messages.close_question(
            title_of(self.catalogue, challenge.exercise),
            challenge,
            answered=len(answered),
            members=len(members),
        )
        return Confirm(question, messages.CLOSE_IT)

    async def _close(self, call: Call) -> Answer:
        challenge = await self.finder.get(call)
        await self.challenges.close(challenge)
        return messages.closed(title_of(self.catalogue, challenge.exercise))

    async def _pin(self, call: Call) -> Answer:
        call = _in_order(call)
        exercise = self._exercise(call)
        on = read_date(call.require("date"))
        day = _day_to_pin(on, today=call.cohort.local_date(self.clock()))
        self.challenges.require_gradable(exercise)
        async with self.store.write() as tx:
            by = call.member.id if call.member else None
            await tx.calendar.pin(cohort=call.cohort.id, on=on, exercise=exercise.slug, by=by)
        return messages.pinned(exercise, on, is_usual_kind=exercise.day is day)

    async def _unpin(self, call: Call) -> Answer:
        on = read_date(call.require("date"))
        async with self.store.write() as tx:
            was_pinned = await tx.calendar.unpin(call.cohort.id, on)
        if not was_pinned:
            raise NotFoundError(messages.nothing_pinned(on))
        return messages.unpinned(on)

    def _exercise(self, call: Call) -> Exercise:
        slug = call.require("exercise")
        try:
            return self.catalogue.get(slug)
        except CatalogueError as error:
            known = [exercise.slug for exercise in self.catalogue.all()]
            near = difflib.get_close_matches(slug[:COMPARED_CHARS], known, n=3, cutoff=0.4)
            raise NotFoundError(messages.unknown_exercise(slug, near)) from error

    async def _complete_exercises(self, _where: ConversationRef) -> Sequence[str]:
        return [exercise.slug for exercise in self.catalogue.all()]

    async def _complete_open_challenges(self, where: ConversationRef) -> Sequence[str]:
        cohort = await self._find_cohort(where)
        if cohort is None:
            return ()
        async with self.store.read() as tx:
            challenges = await tx.challenges.not_over(cohort.id, self.clock())
        return [f"{item.id} {item.exercise}" for item in challenges if item.closed_at is None]

    async def _complete_pinned_dates(self, where: ConversationRef) -> Sequence[str]:
        cohort = await self._find_cohort(where)
        if cohort is None:
            return ()
        async with self.store.read() as tx:
            pins = await tx.calendar.pins(cohort.id, cohort.local_date(self.clock()))
        return [on.isoformat() for on, _ in pins]

    async def _find_cohort(self, where: ConversationRef) -> Cohort | None:
        async with self.store.read() as tx:
            return await tx.cohorts.find_by_channel(where)


def _in_order(call: Call) -> Call:
    """The call, with day and exercise in their places: no exercise is called like a day."""
    with contextlib.suppress(UserError):
        read_date(call.require("exercise"))
        args = {"date": call.require("exercise"), "exercise": call.require("date")}
        return replace(call, args=args)
    return call


def _day_to_pin(on: date, *, today: date) -> Day:
    """The kind of a coming day.

    Raises:
        UserError: Nothing is posted on it, or it is past or too far away.
    """
    if on < today:
        raise UserError(messages.DAY_IS_PAST)
    if on > today + PLANNED_AHEAD:
        raise UserError(messages.DAY_TOO_FAR)
    day = WEEKDAYS.get(on.weekday())
    if day is None:
        raise UserError(messages.not_a_challenge_day(on))
    return day
