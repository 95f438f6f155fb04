"""Challenges from release to summary: what is posted when."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain

import structlog

from bot.domain import schedule
from bot.domain.challenge import Challenge, NewChallenge, Post, Window
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef, MessageRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort, theme_of
from bot.domain.errors import CatalogueError, ChatError, UserError
from bot.domain.exercise import Catalogue, Day, Device, Exercise
from bot.domain.outbox import Wanted
from bot.domain.progression import PlanReason, Turnout
from bot.domain.schedule import Slot, SlotKind
from bot.domain.store import Store, Transaction
from bot.services.challenges import messages, planning, posts
from bot.services.submissions.released import ReleasedExercises
from bot.services.talk.each import do_each

log = structlog.get_logger()

POSTED_WITHIN = timedelta(minutes=2)
"""A thread that is not open by then is not merely on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeService:
    """Opens, announces, reminds and closes. Every method may be repeated without harm.

    Attributes:
        devices: What exercises may ask for here; no other is ever released.
        chats: Asked why a thread cannot be opened.
    """

    store: Store
    catalogue: Catalogue
    released: ReleasedExercises
    chats: Mapping[str, ChatPort]
    clock: Clock
    devices: frozenset[Device]
    _told: set[int] = field(default_factory=set[int], init=False)

    async def tick(self) -> None:
        """Do what the calendar asks for by now."""
        now = self.clock()
        async with self.store.read() as tx:
            cohorts = await tx.cohorts.all()
            last = await tx.calendar.last_slots(SlotKind.POST)
            still_open = await tx.challenges.still_open(now)
            closings = await tx.challenges.due_closings(now)
        by_id = {cohort.id: cohort for cohort in cohorts}
        due = (
            (f"release:{cohort.id}:{slot.on}", partial(self._release, cohort, slot, now))
            for cohort in cohorts
            for slot in schedule.due_slots(cohort, after=last.get(cohort.id), now=now)
        )
        looking_after = (
            (
                f"open:{challenge.id}",
                partial(self._look_after, challenge, by_id[challenge.cohort], now),
            )
            for challenge in still_open
        )
        closing = (
            (f"closing:{challenge.id}", partial(self._summarise, challenge, now))
            for challenge in closings
        )
        await do_each(chain(due, looking_after, closing))

    async def open(
        self, cohort: Cohort, exercise: Exercise, *, key: str, reason: PlanReason
    ) -> Challenge | None:
        """Release an exercise now; None when this key has released one already.

        Raises:
            UserError: It cannot be graded here.
        """
        self.require_gradable(exercise)
        async with self.store.write() as tx:
            return await self._open(tx, cohort, exercise, key=key, reason=reason)

    def require_gradable(self, exercise: Exercise) -> None:
        """Check that answers to an exercise could be graded here.

        Raises:
            UserError: They could not.
        """
        if exercise.device not in self.devices:
            raise UserError(messages.needs_gpu(exercise))

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
            raise UserError(messages.CLOSED_ALREADY)
        await self._summarise(challenge, self.clock())

    async def introduce(
        self, tx: Transaction, key: MessageKey, message: MessageRef, thread: ConversationRef
    ) -> None:
        """State the task in a post's thread, once the thread is there."""
        is_known = await tx.challenges.find_by_thread(thread) is not None
        challenge = await tx.challenges.get(
            await tx.challenges.set_posted(int(key.subject), message, thread)
        )
        exercise = await self.released.of(tx, challenge)
        await tx.outbox.say(*posts.announced(challenge, exercise, only=int(key.subject)))
        if not is_known:
            task = messages.task(exercise, buttons_for=challenge)
            key = MessageKey(Kind.TASK, key.subject)
            await tx.outbox.say(Wanted(key=key, conversation=thread, message=task))

    async def lose_threads(self, conversation: ConversationRef) -> None:
        """A thread was deleted, or a channel with its threads: say so, and open none again."""
        now = self.clock()
        async with self.store.write() as tx:
            for number in await tx.challenges.lose_threads(conversation):
                challenge = await tx.challenges.get(number)
                if challenge.window(now) is not Window.OPEN:
                    continue
                cohort = await tx.cohorts.get(challenge.cohort)
                title = await self.released.title_of(tx, challenge)
                await tx.outbox.say(
                    Wanted(
                        key=MessageKey(Kind.FAULT, f"thread:{challenge.id}"),
                        conversation=cohort.mentors_channel_for(conversation),
                        message=messages.lost_thread(title, challenge),
                    )
                )
                with contextlib.suppress(CatalogueError):
                    exercise = await self.released.of(tx, challenge)
                    await tx.outbox.say(*posts.announced(challenge, exercise))

    async def notice_changes(self) -> None:
        """Say in the log which open challenges are about exercises whose folders have changed."""
        now = self.clock()
        async with self.store.read() as tx:
            for cohort in await tx.cohorts.all():
                for challenge in await tx.challenges.not_over(cohort.id, now):
                    with contextlib.suppress(CatalogueError):
                        exercise = self.catalogue.get(challenge.exercise)
                        if exercise.fingerprint == challenge.version:
                            continue
                        if await tx.exercises.find(exercise.slug, challenge.version) is not None:
                            log.warning(
                                "exercise_changed", slug=exercise.slug, challenge=challenge.id
                            )

    async def _release(self, cohort: Cohort, slot: Slot, now: datetime) -> None:
        """Take a slot that is due; it is posted by exactly one tick of one process."""
        async with self.store.write() as tx:
            if not await tx.calendar.take_slot(cohort.id, slot, now):
                return
            if slot.missed:
                log.warning("slot_missed", cohort=cohort.id, on=slot.on.isoformat())
                return
            choice = await self._choose(tx, cohort, slot.day, slot.on)
            if choice is None:
                log.warning("slot_without_exercise", cohort=cohort.id, on=slot.on.isoformat())
                return
            key = f"{cohort.id}:{slot.kind}:{slot.on}"
            await self._open(tx, cohort, choice[0], key=key, reason=choice[1])

    async def _choose(
        self, tx: Transaction, cohort: Cohort, day: Day, on: date
    ) -> tuple[Exercise, PlanReason] | None:
        """What a day's slot releases: nothing that could not be graded, or that is open still."""
        theme, _ = theme_of(cohort.week_of(on))
        now = self.clock()
        known = await tx.challenges.not_over(cohort.id, now)
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
            pinned=await tx.calendar.find_pin(cohort.id, on),
        )

    async def _open(
        self, tx: Transaction, cohort: Cohort, exercise: Exercise, *, key: str, reason: PlanReason
    ) -> Challenge | None:
        now = self.clock()
        closes_at, late_until = schedule.window(cohort, now)
        await tx.exercises.record(exercise, now)
        challenge = await tx.challenges.open(
            NewChallenge(
                key=key,
                cohort=cohort.id,
                exercise=exercise.slug,
                version=exercise.fingerprint,
                day=exercise.day,
                week=cohort.week_at(now),
                opens_at=now,
                closes_at=closes_at,
                late_until=late_until,
            ),
            {place.id: place.channel for place in cohort.places},
        )
        if challenge is None:
            return None
        await tx.outbox.say(*posts.announced(challenge, exercise))
        await tx.progress.plan_week(cohort.id, planning.with_release(challenge, reason))
        return challenge

    async def _look_after(self, challenge: Challenge, cohort: Cohort, now: datetime) -> None:
        """Remind of an open challenge, and tell why it has no thread, when it is time to."""
        is_unreminded = challenge.is_posted and challenge.reminded_at is None
        if is_unreminded and schedule.is_reminder_due(cohort, challenge, now):
            await self._remind(challenge, cohort.local_date(challenge.opens_at), now)
        if now - challenge.opens_at >= POSTED_WITHIN:
            await self._explain_missing_threads(challenge, cohort)

    async def _explain_missing_threads(self, challenge: Challenge, cohort: Cohort) -> None:
        """Tell the mentors, once, what keeps a challenge's thread from being opened."""
        for post in challenge.posts:
            if post.message is not None or post.id in self._told:
                continue
            try:
                chat = self.chats[post.channel.platform]
                problems = await chat.problems(post.channel, with_threads=True)
            except (KeyError, ChatError):  # not connected: then nobody could be told either
                continue
            if problems:
                await self._tell_mentors(challenge, cohort, post, problems)
                self._told.add(post.id)

    async def _tell_mentors(
        self, challenge: Challenge, cohort: Cohort, post: Post, problems: Sequence[str]
    ) -> None:
        async with self.store.write() as tx:
            title = await self.released.title_of(tx, challenge)
            await tx.outbox.say(
                Wanted(
                    key=MessageKey(Kind.FAULT, f"post:{post.id}"),
                    conversation=cohort.mentors_channel_for(post.channel),
                    message=messages.no_thread(title, problems),
                )
            )

    async def _remind(self, challenge: Challenge, on: date, now: datetime) -> None:
        async with self.store.write() as tx:
            if not await tx.challenges.set_reminded(challenge.id, now) or not challenge.threads:
                return
            message = messages.reminder(challenge, await self.released.title_of(tx, challenge))
            answered = await tx.submissions.answered_by(challenge.id)
            members = await tx.members.of(challenge.cohort)
            wanted = (
                posts.reminder_for(challenge, member, message)
                for member in members
                if member.reminders and member.id not in answered and on not in member.excused
            )
            await tx.outbox.say(*(item for item in wanted if item is not None))

    async def _summarise(self, challenge: Challenge, now: datetime) -> None:
        async with self.store.write() as tx:
            if not await tx.challenges.set_closed(challenge.id, now):
                return
            closed = await tx.challenges.get(challenge.id)
            turnouts = await tx.progress.turnouts([challenge.id])
            summary = messages.closing(closed, turnouts.get(challenge.id, Turnout()))
            await tx.outbox.say(*posts.closed(closed, summary))
            with contextlib.suppress(CatalogueError):  # neither kept nor in the catalogue any more
                exercise = await self.released.of(tx, challenge)
                await tx.outbox.say(
                    *posts.announced(closed, exercise), *posts.over(closed, exercise)
                )
