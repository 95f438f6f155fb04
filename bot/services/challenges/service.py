"""Challenges from release to summary: what is posted when, and what it says."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from bot.domain import schedule
from bot.domain.challenge import Challenge, NewChallenge, Window
from bot.domain.chat.message import Button, Buttons, ButtonStyle, Code, Message, Moment, Table
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort, theme_of
from bot.domain.errors import CatalogueError, UserError
from bot.domain.exercise import Catalogue, Day, Device, Exercise
from bot.domain.outbox import Kind, MessageKey
from bot.domain.progression import Outcome, PlanItem
from bot.domain.store import Store, Transaction
from bot.domain.submission import SubmissionState
from bot.services.challenges import planning

log = structlog.get_logger()

DAY_NAMES = {
    Day.IMPLEMENT: "Monday · implement one function",
    Day.DEBUG: "Wednesday · debug",
    Day.MODULE: "Friday · write a complete module",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenges:
    """Opens, announces, reminds and closes. Every method may be repeated without harm.

    Attributes:
        devices: What exercises may ask for here; no other is ever released.
    """

    store: Store
    catalogue: Catalogue
    clock: Clock
    devices: frozenset[Device]

    async def tick(self) -> None:
        """Do what the calendar asks for by now."""
        now = self.clock()
        async with self.store.read() as tx:
            cohorts = await tx.cohorts.all()
            reminders = await tx.challenges.due_reminders(now)
            closings = await tx.challenges.due_closings(now)
        for cohort in cohorts:
            await self._release(cohort, now)
        for challenge in reminders:
            await self._remind(challenge, now)
        for challenge in closings:
            await self._summarise(challenge, now)

    async def open(
        self, cohort: Cohort, exercise: Exercise, *, key: str, reason: str
    ) -> Challenge | None:
        """Release an exercise now; None when this key has released one already.

        Raises:
            UserError: It cannot be graded here.
        """
        self.require_gradable(exercise)
        async with self.store.write() as tx:
            return await self._open(tx, cohort, exercise, key=key, reason=reason)

    def require_gradable(self, exercise: Exercise) -> None:
        """See to it that answers to an exercise could be graded.

        Raises:
            UserError: They could not.
        """
        if exercise.device not in self.devices:
            raise UserError(
                f"**{exercise.title}** needs a GPU, and none is set up here: no answer to it could"
                " be graded. Whoever runs the bot finds how to set one up in docs/gpu.md."
            )

    async def open_next(self, cohort: Cohort, day: Day, *, key: str) -> Challenge | None:
        """Release the next exercise of a kind of day; None when there is none, or key is known."""
        async with self.store.write() as tx:
            choice = await self._choose(tx, cohort, day, cohort.local_date(self.clock()))
            if choice is None:
                return None
            return await self._open(tx, cohort, choice[0], key=key, reason=choice[1])

    async def close(self, challenge: Challenge) -> None:
        """End a challenge's open time now.

        Raises:
            UserError: It is closed already.
        """
        if challenge.closed_at is not None:
            raise UserError("That challenge is closed already.")
        await self._summarise(challenge, self.clock())

    async def introduce(self, tx: Transaction, challenge: Challenge) -> None:
        """State the task in the challenge's thread, once the thread is there."""
        if challenge.thread is None:
            return
        exercise = self.catalogue.get(challenge.exercise)
        await tx.outbox.say(
            MessageKey(Kind.TASK, str(challenge.id)),
            challenge.thread,
            task(exercise, buttons_for=challenge),
        )

    async def _release(self, cohort: Cohort, now: datetime) -> None:
        """Take every slot that is due; each is posted by exactly one tick of one process."""
        async with self.store.read() as tx:
            last = await tx.challenges.last_slot(cohort.id, "post:")
        for slot in schedule.due_slots(cohort, after=last, now=now):
            async with self.store.write() as tx:
                if not await tx.challenges.take_slot(
                    cohort=cohort.id, key=slot.key, due_at=slot.due_at, at=now
                ):
                    continue
                if slot.missed:
                    log.warning("slot_missed", cohort=cohort.id, slot=slot.key)
                    continue
                choice = await self._choose(tx, cohort, slot.day, slot.on)
                if choice is None:
                    log.warning("slot_without_exercise", cohort=cohort.id, slot=slot.key)
                    continue
                await self._open(
                    tx, cohort, choice[0], key=f"{cohort.id}:{slot.key}", reason=choice[1]
                )

    async def _choose(
        self, tx: Transaction, cohort: Cohort, day: Day, on: date
    ) -> tuple[Exercise, str] | None:
        """What a day's slot releases: nothing that could not be graded, or that is open still."""
        theme, _ = theme_of(cohort.week_of(on))
        known, now = await tx.challenges.of(cohort.id), self.clock()
        still = {item.exercise for item in known if item.window(now) is Window.OPEN}
        return schedule.choose_exercise(
            [
                item
                for item in self.catalogue.all()
                if item.device in self.devices and item.slug not in still
            ],
            day=day,
            theme=theme,
            last_used=await tx.challenges.last_used(cohort.id),
            pinned=await tx.challenges.find_pin(cohort.id, on),
        )

    async def _open(
        self, tx: Transaction, cohort: Cohort, exercise: Exercise, *, key: str, reason: str
    ) -> Challenge | None:
        now = self.clock()
        closes_at, late_until = schedule.window(cohort, now)
        await tx.exercises.record(exercise, now)
        challenge = await tx.challenges.open(
            NewChallenge(
                key=key,
                cohort=cohort.id,
                exercise=exercise.slug,
                version=exercise.version,
                day=exercise.day,
                week=cohort.week_at(now),
                opens_at=now,
                closes_at=closes_at,
                late_until=late_until,
            )
        )
        if challenge is None:
            return None
        await tx.outbox.say(
            MessageKey(Kind.POST, str(challenge.id)),
            cohort.place,
            announcement(challenge, exercise),
            challenge=challenge.id,
        )
        for member in await tx.members.of(cohort.id):
            await planning.ensure_week(tx, member, challenge.week)
            await tx.progress.plan(
                PlanItem(
                    member=member.id,
                    week=challenge.week,
                    day=challenge.day,
                    exercise=exercise.slug,
                    reason=reason,
                )
            )
        return challenge

    async def _remind(self, challenge: Challenge, now: datetime) -> None:
        async with self.store.write() as tx:
            if not await tx.challenges.set_reminded(challenge.id, now) or challenge.thread is None:
                return
            title = self.catalogue.get(challenge.exercise).title
            started = {
                submission.member
                for submission in await tx.submissions.of(challenge=challenge.id)
                if submission.state is not SubmissionState.WITHDRAWN
            }
            for member in await tx.members.of(challenge.cohort):
                if member.reminders and member.id not in started:
                    await tx.outbox.say(
                        MessageKey(Kind.REMINDER, f"{challenge.id}:{member.id}"),
                        challenge.thread,
                        reminder(challenge, title),
                        private_to=member.user,
                    )

    async def _summarise(self, challenge: Challenge, now: datetime) -> None:
        async with self.store.write() as tx:
            if not await tx.challenges.set_closed(challenge.id, now):
                return
            cohort = await tx.cohorts.get(challenge.cohort)
            closed = await tx.challenges.get(challenge.id)
            outcomes = [
                outcome
                for outcome in await tx.progress.outcomes_of_week(cohort.id, challenge.week)
                if outcome.challenge == challenge.id
            ]
            await tx.outbox.say(
                MessageKey(Kind.CLOSING, str(challenge.id)),
                closed.thread or cohort.place,
                closing(closed, outcomes),
            )
            with contextlib.suppress(CatalogueError):  # removed from the catalogue since
                exercise = self.catalogue.get(challenge.exercise)
                await tx.outbox.say(
                    MessageKey(Kind.POST, str(challenge.id)),
                    cohort.place,
                    announcement(closed, exercise),
                    challenge=challenge.id,
                )


def announcement(challenge: Challenge, exercise: Exercise) -> Message:
    """The post in the channel: short; the task itself stands in the thread."""
    _, theme = theme_of(challenge.week)
    return Message.of(
        f"**{exercise.title}** — {DAY_NAMES[exercise.day]}",
        f"Week {challenge.week} · {theme} · about {exercise.minutes} minutes. An agent-free zone:"
        " by hand, without an assistant, until it closes. The task is in the thread; answer there"
        " with your code.",
        Moment("Open until", challenge.closes_at)
        if challenge.closed_at is None
        else Moment("**Closed.** Late answers are graded until", challenge.late_until),
    )


def task(exercise: Exercise, *, note: str = "", buttons_for: Challenge | None) -> Message:
    """The whole task, with the starter and, in a thread, the buttons."""
    buttons = ()
    if buttons_for is not None:
        buttons = (
            Buttons(
                (
                    Button(f"submit:{buttons_for.id}", "Submit privately", ButtonStyle.PRIMARY),
                    Button(f"hint:{buttons_for.id}", "Hint"),
                )
            ),
        )
    return Message.of(
        exercise.task,
        Code(exercise.starter),
        "Send your code here in a fenced block (three backticks before and after it), or as a"
        " `.py` or `.ipynb` file. Edit your message to try again, as often as you like.",
        *([note] if note else []),
        *buttons,
    )


def reminder(challenge: Challenge, title: str) -> Message:
    """To one member who has not answered yet."""
    return Message.of(
        f"**{title}** is still open, and any honest try counts.",
        Moment("It closes", challenge.closes_at),
        "`/reminders off` switches these off.",
    )


def closing(challenge: Challenge, outcomes: Sequence[Outcome]) -> Message:
    """The summary in the thread. It names nobody: wrong answers are private."""
    solved = sum(outcome.solved for outcome in outcomes)
    if not outcomes:
        words = "Nobody has tried this one yet."
    else:
        tried = f"{len(outcomes)} {'person' if len(outcomes) == 1 else 'people'} tried it"
        first = sum(outcome.solved and outcome.tries == 1 for outcome in outcomes)
        words = f"{tried}, {solved} solved it, {first} of them at the first try."
    return Message.of(
        f"**Closed.** {words} Talking about solutions is welcome from now on.",
        Moment("Late answers are still graded until", challenge.late_until),
    )


def listing(
    rows: Sequence[tuple[Challenge, str, int, int]],
    pins: Sequence[tuple[date, str]],
    now: datetime,
) -> Message:
    """A mentor's list: (challenge, title, members who tried, who solved); (date, title) pinned."""
    to_come = "\n".join(f"- {on:%A}, {on}: {title}" for on, title in pins)
    pinned = [f"Pinned:\n{to_come}"] if pins else []
    if not rows:
        head = "There is no challenge yet. `/challenge post` releases one now."
        return Message.of(head, *pinned)
    return Message.of(
        Table(
            ("No.", "Week", "Exercise", "State", "Tried", "Solved"),
            tuple(
                (
                    str(challenge.id),
                    str(challenge.week),
                    title,
                    challenge.window(now).value,
                    str(tried),
                    str(solved),
                )
                for challenge, title, tried, solved in rows
            ),
        ),
        *pinned,
    )
