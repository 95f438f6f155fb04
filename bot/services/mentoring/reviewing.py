"""What mentors look at: how challenges went, and who could use a word."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.challenge import Challenge, Window
from bot.domain.chat.message import Message
from bot.domain.clock import Clock
from bot.domain.cohort import Cohort
from bot.domain.exercise import Catalogue, title_of
from bot.domain.member import Role
from bot.domain.review import Figures, clusters_of
from bot.domain.store import Store
from bot.services.challenges.finding import OFFERED
from bot.services.mentoring import review_messages as messages
from bot.services.submissions.released import ReleasedExercises

SILENT_FOR = timedelta(days=7)
"""Three challenges: whoever answered none of them may have given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewService:
    """Reads, and changes nothing."""

    store: Store
    catalogue: Catalogue
    released: ReleasedExercises
    clock: Clock

    async def stats_of(self, challenge: Challenge) -> Message:
        """How one challenge went, and which core checks fail most."""
        async with self.store.read() as tx:
            title = await self.released.title_of(tx, challenge)
            figures = await tx.reviews.figures([challenge.id])
            failing = await tx.reviews.failing(challenge.id, limit=messages.LINES_TOLD)
            members = await tx.members.of(challenge.cohort)
        learners = sum(member.role is Role.LEARNER for member in members)
        known = figures.get(challenge.id, Figures())
        return messages.stats_of(title, known, failing, learners=learners)

    async def stats(self, cohort: Cohort) -> Message:
        """How a cohort's last challenges went."""
        async with self.store.read() as tx:
            challenges = await tx.challenges.newest(cohort.id, limit=OFFERED)
            figures = await tx.reviews.figures([challenge.id for challenge in challenges])
        return messages.stats(
            [
                (item.id, title_of(self.catalogue, item.exercise), figures.get(item.id, Figures()))
                for item in challenges
            ]
        )

    async def inbox(self, cohort: Cohort) -> Message:
        """Who is stuck, who is silent, and who fails alike in what can still be answered."""
        now, limit = self.clock(), messages.LINES_TOLD + 1
        async with self.store.read() as tx:
            known = await tx.challenges.not_over(cohort.id, now)
            titles = {
                item.id: title_of(self.catalogue, item.exercise)
                for item in known
                if item.window(now) is not Window.OVER
            }
            stuck = await tx.reviews.stuck(list(titles), limit=limit)
            failures = await tx.reviews.last_failures(list(titles))
            silent = await tx.reviews.silent(cohort.id, since=now - SILENT_FOR, limit=limit)
        return messages.inbox(titles, stuck, silent, clusters_of(failures), zone=cohort.zone)
