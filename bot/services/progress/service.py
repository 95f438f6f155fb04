"""What a member reads about their own way: the week, the journey, the submissions."""

from dataclasses import dataclass

from bot.domain.chat.message import Message
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort, Member
from bot.domain.exercise import Catalogue, title_of
from bot.domain.journey import milestones, stages
from bot.domain.schedule import slots_of
from bot.domain.store import Store
from bot.domain.streak import streak, weeks_of
from bot.services.challenges import planning
from bot.services.progress import messages


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressService:
    """Read models over a member's facts."""

    store: Store
    catalogue: Catalogue
    clock: Clock

    async def show_plan(self, cohort: Cohort, member: Member) -> Message:
        """This week: its theme, three days, and what is done."""
        week = cohort.week_at(self.clock())
        async with self.store.write() as tx:
            await planning.ensure_week(tx, member, week)
            items = await tx.progress.plan_of(member.id, week)
            links = await planning.open_links(tx, self.catalogue, cohort.id, self.clock())
            outcomes = [
                outcome
                for outcome in await tx.progress.outcomes_of(member.id)
                if outcome.week == week
            ]
        on = {slot.day for slot in slots_of(cohort, week)}
        items = [item for item in items if item.exercise or item.day in on]
        return messages.plan(week, items, outcomes, links, self._title)

    async def show_standing(self, cohort: Cohort, member: Member) -> Message:
        """Stage, milestones, points and weeks."""
        now = self.clock()
        async with self.store.read() as tx:
            outcomes = await tx.progress.outcomes_of(member.id)
            points = sum(event.points for event in await tx.progress.points_of(member.id))
            challenges = await tx.challenges.of(cohort.id)
        exercises = {exercise.slug: exercise for exercise in self.catalogue.all()}
        tried = {outcome.challenge for outcome in outcomes}
        return messages.standing(
            stages(outcomes, exercises, now=now),
            milestones(outcomes, exercises, self.catalogue.milestone_rules),
            outcomes,
            points=points,
            streak=streak(weeks_of(member, cohort, challenges, tried=tried, now=now)),
        )

    async def show_history(self, member: Member) -> Message:
        """The newest submissions."""
        async with self.store.read() as tx:
            submissions = await tx.submissions.history(member.id)
            exercises = {
                challenge: (await tx.challenges.get(challenge)).exercise
                for challenge in {submission.challenge for submission in submissions}
            }
        return messages.history(submissions, exercises, self._title)

    def _title(self, slug: str) -> str:
        return title_of(self.catalogue, slug)
