"""Exercises as their challenges released them, whatever became of their folders since."""

from dataclasses import dataclass, field

from bot.domain.challenge import Challenge
from bot.domain.errors import CatalogueError
from bot.domain.exercise import Catalogue, Exercise
from bot.domain.store import Transaction

MAX_KEPT = 64
"""Versions kept in memory, about 40 KB each; they never change."""


@dataclass(slots=True, kw_only=True)
class ReleasedExercises:
    """Finds the version of an exercise that a challenge is about."""

    catalogue: Catalogue
    _kept: dict[tuple[str, str], Exercise] = field(
        default_factory=dict[tuple[str, str], Exercise], init=False
    )

    async def of(self, tx: Transaction, challenge: Challenge) -> Exercise:
        """The exercise as it was released.

        A challenge from before versions were kept whole has the exercise as it is now.

        Raises:
            CatalogueError: It is neither kept nor in the catalogue any more.
        """
        name = challenge.exercise, challenge.version
        if name not in self._kept:
            exercise = await tx.exercises.find(*name)
            if exercise is None:
                return self.catalogue.get(challenge.exercise)
            while len(self._kept) >= MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[name] = exercise
        return self._kept[name]

    async def title_of(self, tx: Transaction, challenge: Challenge) -> str:
        """Its title; its slug where it is neither kept nor in the catalogue any more."""
        try:
            return (await self.of(tx, challenge)).title
        except CatalogueError:
            return challenge.exercise
