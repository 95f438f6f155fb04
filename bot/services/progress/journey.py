"""Where a member stands on the journey: read for them alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from bot.domain.challenge import Challenge, Window
from bot.domain.chat.message import Message
from bot.domain.chat.refs import ConversationRef
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.exercise import Catalogue, Exercise, title_of
from bot.domain.journey import current_stage, stages
from bot.domain.member import Member
from bot.domain.milestones import milestones
from bot.domain.next_step import NextStep, next_step
from bot.domain.signoff import Signed
from bot.domain.store import Store
from bot.services.challenges import planning
from bot.services.progress import journey_messages as messages
from bot.services.progress import self_view_messages, signing_messages
from bot.services.submissions.released import ReleasedExercises


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyService:
    """Stages and milestones, with what showed them and what they still want."""

    store: Store
    catalogue: Catalogue
    released: ReleasedExercises
    clock: Clock

    async def show_milestones(self, cohort: Cohort, member: Member) -> Message:
        """All twelve milestones."""
        async with self.store.read() as tx:
            outcomes = await tx.progress.outcomes_of(member.id)
            signoffs = await tx.signoffs.of(member.id)
        rules, names = self.catalogue.milestone_rules, self._names(cohort)
        standings = milestones(outcomes, self._exercises(), rules, signoffs)
        words = signing_messages.given(signoffs, Signed.MILESTONE, names)
        return Message.of(*messages.milestones(standings, names).blocks, *words)

    async def show_stages(
        self, cohort: Cohort, member: Member, *, near: ConversationRef
    ) -> Message:
        """All six stages and the next step, and how the member sees themselves beside them."""
        now, exercises = self.clock(), self._exercises()
        async with self.store.read() as tx:
            outcomes = await tx.progress.outcomes_of(member.id)
            signoffs = await tx.signoffs.of(member.id)
            answers = await tx.self_views.of(member.id)
            known = await tx.challenges.not_over(cohort.id, now)
            is_open = [item for item in known if item.window(now) is Window.OPEN and item.threads]
            standings = stages(outcomes, exercises, signoffs, now=now)
            step = next_step(
                standings,
                outcomes,
                exercises.values(),
                open_now={challenge.exercise for challenge in is_open},
            )
            wanted = [challenge for challenge in is_open if _is_next(challenge, step)]
            links = await planning.links_to_open(tx, self.released, wanted, near=near, now=now)
        names = self._names(cohort)
        return Message.of(
            *messages.stages(standings, step, links, names).blocks,
            *signing_messages.given(signoffs, Signed.STAGE, names),
            *self_view_messages.beside_evidence(answers, reached=current_stage(standings)),
        )

    def _exercises(self) -> Mapping[str, Exercise]:
        return {exercise.slug: exercise for exercise in self.catalogue.all()}

    def _names(self, cohort: Cohort) -> messages.Names:
        return messages.Names(partial(title_of, self.catalogue), cohort.zone)


def _is_next(challenge: Challenge, step: NextStep | None) -> bool:
    """Whether a challenge is what a step wants first, and that is open."""
    return step is not None and step.is_open and challenge.exercise == step.exercises[0].slug
