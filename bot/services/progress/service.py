"""What a member reads about their own way: the week, the journey, the submissions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.chat.message import Message, Table, Text
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort, Member, theme_of
from bot.domain.errors import CatalogueError
from bot.domain.exercise import STAGES, Catalogue, Day
from bot.domain.journey import (
    MilestoneStanding,
    StageState,
    current_stage,
    milestones,
    stages,
)
from bot.domain.progression import Outcome, PlanItem
from bot.domain.schedule import slots_of
from bot.domain.store import Store
from bot.domain.streak import streak, weeks_of
from bot.domain.submission import Submission
from bot.services.challenges import planning
from bot.services.submissions import messages

WEEKDAYS = {Day.IMPLEMENT: "Monday", Day.DEBUG: "Wednesday", Day.MODULE: "Friday"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Read models over a member's facts."""

    store: Store
    catalogue: Catalogue
    clock: Clock

    async def plan(self, cohort: Cohort, member: Member) -> Message:
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
        _, theme = theme_of(week)
        on = {slot.day for slot in slots_of(cohort, week)}
        items = [item for item in items if item.exercise or item.day in on]
        if not items:
            return Message.of(f"**Week {week} · {theme}** — days off, no challenge", *links)
        done = sum(any(outcome.exercise == item.exercise for outcome in outcomes) for item in items)
        rows = tuple(self._row(item, outcomes) for item in items)
        return Message.of(
            f"**Week {week} · {theme}** — {done} of {len(items)} days answered",
            Table(("Day", "Challenge", "You"), rows),
            *(
                f"{WEEKDAYS[item.day]}: {item.reason}"
                for item in items
                if item.exercise and item.reason
            ),
            *links,
        )

    async def standing(self, cohort: Cohort, member: Member) -> Message:
        """Stage, milestones, points and weeks."""
        now = self.clock()
        async with self.store.read() as tx:
            outcomes = await tx.progress.outcomes_of(member.id)
            points = sum(event.points for event in await tx.progress.points_of(member.id))
            challenges = await tx.challenges.of(cohort.id)
        exercises = {exercise.slug: exercise for exercise in self.catalogue.all()}
        tried = {outcome.challenge for outcome in outcomes}
        weeks = streak(weeks_of(member, cohort, challenges, tried=tried, now=now))
        solved = sum(outcome.solved for outcome in outcomes)
        reached = stages(outcomes, exercises, now=now)
        current = current_stage(reached)
        place = f"Stage {current}: {STAGES[current - 1]}" if current else "Stages: none shown yet"
        rows = tuple(
            (
                f"{stage.stage} {stage.name}",
                stage.state.value,
                "-" if stage.value is None else f"{stage.value:.0%}",
                "; ".join(stage.missing) if stage.state is StageState.OPEN else "",
            )
            for stage in reached
            if stage.exercises
        )
        table = (Table(("Stage", "State", "Mean", "Still to show"), rows),) if rows else ()
        return Message.of(
            f"**{place}** · {messages.points_text(points)} · {solved} of {len(outcomes)}"
            f" challenges solved · {weeks}",
            *table,
            _milestones(milestones(outcomes, exercises)),
        )

    async def history(self, member: Member) -> Message:
        """The newest submissions."""
        async with self.store.read() as tx:
            submissions = await tx.submissions.history(member.id)
            slugs = {
                item: (await tx.challenges.get(item)).exercise
                for item in {submission.challenge for submission in submissions}
            }
        if not submissions:
            return Message.of("Nothing yet. Send code in a challenge's thread, and it stands here.")
        return Message.of(
            Table(
                ("When (UTC)", "Exercise", "Verdict", "Checks", "Try"),
                tuple(self._line(submission, slugs) for submission in submissions),
            )
        )

    def _row(self, item: PlanItem, outcomes: Sequence[Outcome]) -> tuple[str, str, str]:
        mine = [outcome for outcome in outcomes if outcome.exercise == item.exercise]
        if not item.exercise:
            state = ""
        elif not mine:
            state = "open"
        elif any(outcome.solved for outcome in mine):
            state = "✅ solved"
        else:
            state = f"🟡 {max(outcome.best_core_share for outcome in mine):.0%} of the core checks"
        title = self._title(item.exercise) if item.exercise else item.reason
        return WEEKDAYS[item.day], title, state

    def _line(self, submission: Submission, slugs: Mapping[int, str]) -> tuple[str, ...]:
        grade = submission.grade
        return (
            f"{submission.received_at:%d %b %H:%M}{' · late' if submission.late else ''}",
            self._title(slugs[submission.challenge]),
            grade.verdict.value if grade else submission.state.value,
            f"{grade.passed} of {len(grade.checks)}" if grade and grade.checks else "-",
            str(submission.try_number or "-"),
        )

    def _title(self, slug: str) -> str:
        try:
            return self.catalogue.get(slug).title
        except CatalogueError:
            return slug  # removed from the catalogue since


def _milestones(standings: Sequence[MilestoneStanding]) -> Text:
    reached = [standing for standing in standings if standing.reached]
    begun = [standing for standing in standings if standing.shown and not standing.reached]
    lines = [f"**Milestones: {len(reached)} of {len(standings)}**"]
    lines += [f"- ✅ {standing.name}" for standing in reached]
    lines += [f"- 🟡 {standing.name}: needs {standing.missing}" for standing in begun]
    if not reached and not begun:
        lines.append("Two exercises of a kind, done well and a week apart, reach the first one.")
    return Text("\n".join(lines))
