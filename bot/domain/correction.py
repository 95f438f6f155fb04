"""What mentors correct of answers that were given: their time, their grades."""

from typing import Protocol


class Corrections(Protocol):
    """Changes to answers that were given."""

    async def count_in_time(self, challenge: int) -> None:
        """Let what came late to a challenge count as usual."""
        ...
