"""What a member reads about their own way: the week, the journey, the submissions."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain import schedule
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.exercise import Catalogue, title_of
from bot.domain.journey import stages
from bot.domain.member import Member
from bot.domain.milestones import milestones
from bot.domain.schedule import slots_of
from bot.domain.store import Store
from bot.domain.streak import streak, weeks_of
from bot.services.challenges import planning
from bot.services.progress import journey_messages, messages
from bot.services.submissions.released import ReleasedExercises

POSTED_WITHIN = timedelta(minutes=5)
"""What is due is posted by then; a tick a minute looks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressService:
    """Read models over a member's facts."""

    store: Store
    catalogue: Catalogue
    released: ReleasedExercises
    clock: Clock

    async def show_plan(self, cohort: Cohort, member: Member, *, near: ConversationRef) -> Message:
        """This week: its theme, three days, and what is done."""
        now = self.clock()
        week = cohort.week_at(now)
        async with self.store.read() as tx:
            challenges = await tx.challenges.of_week(cohort.id, week)
            whole = planning.week_of(member.id, week, challenges)
            items = planning.completed(await tx.progress.plan_of(member.id, week), whole)
            not_over = await tx.challenges.not_over(cohort.id, now)
            links = await planning.links_to_open(tx, self.released, not_over, near=near, now=now)
            outcomes = await tx.progress.outcomes_of(member.id, week=week)
        slots = slots_of(cohort, week)
        on = {slot.day for slot in slots}
        items = [item for item in items if item.exercise or item.day in on]
        known = (*challenges, *not_over)  # those of this week, and what is open of another
        names = messages.Names(
            self._title,
            windows={challenge.exercise: challenge.window(now) for challenge in known},
            without_thread={
                challenge.exercise for challenge in known if challenge.thread_for(near) is None
            },
            excused={
                challenge.exercise
                for challenge in known
                if cohort.local_date(challenge.opens_at) in member.excused
            },
            to_come={slot.day for slot in slots if slot.due_at + POSTED_WITHIN > now},
        )
        return messages.plan(week, items, outcomes, links, names)

    async def has_solved(self, thread: ConversationRef, user: UserRef) -> bool:
        """Whether somebody has solved the challenge of a thread, by whatever answer."""
        async with self.store.read() as tx:
            challenge = await tx.challenges.find_by_thread(thread)
            member = await tx.members.find(challenge.cohort, user) if challenge else None
            if challenge is None or member is None:
                return False
            outcomes = await tx.progress.outcomes_of(member.id, week=challenge.week)
        return any(found.challenge == challenge.id and found.solved for found in outcomes)

    async def show_standing(self, cohort: Cohort, member: Member) -> Message:
        """Stage, milestones, points and weeks."""
        now = self.clock()
        async with self.store.read() as tx:
            outcomes = await tx.progress.outcomes_of(member.id)
            signoffs = await tx.signoffs.of(member.id)
            points = await tx.progress.total_points(member.id)
            challenges = await tx.challenges.since(
                cohort.id, schedule.week_starts_at(cohort, cohort.week_at(member.joined_at))
            )
        exercises = {exercise.slug: exercise for exercise in self.catalogue.all()}
        tried = {outcome.challenge for outcome in outcomes}
        return journey_messages.standing(
            stages(outcomes, exercises, signoffs, now=now),
            milestones(outcomes, exercises, self.catalogue.milestone_rules, signoffs),
            outcomes,
            points=points,
            streak=streak(weeks_of(member, cohort, challenges, tried=tried, now=now)),
        )

    async def show_points(self, cohort: Cohort, member: Member) -> Message:
        """What this week's points are for, challenge by challenge, and the rules."""
        week = cohort.week_at(self.clock())
        async with self.store.read() as tx:
            challenges = await tx.challenges.of_week(cohort.id, week)
            events = await tx.progress.points_of_week(cohort.id, week)
        mine = [event for event in events if event.member == member.id]
        titles = {challenge.id: self._title(challenge.exercise) for challenge in challenges}
        return messages.points(week, titles, mine)

    async def show_history(self, cohort: Cohort, member: Member) -> Message:
        """The newest submissions."""
        async with self.store.read() as tx:
            submissions = await tx.submissions.history(member.id)
            exercises = await tx.challenges.exercises_of(
                {submission.challenge for submission in submissions}
            )
        return messages.history(submissions, exercises, self._title, zone=cohort.zone)

    def _title(self, slug: str) -> str:
        return title_of(self.catalogue, slug)
