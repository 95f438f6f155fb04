"""Workers: processes that grade, told apart by an id and known to be alive by their heartbeat."""

from datetime import datetime
from typing import Protocol


class Workers(Protocol):
    """Workers. What one holds is its own for as long as it is not silent for too long."""

    async def beat(self, worker: str, at: datetime) -> None:
        """This worker is alive; it is made known if it was not."""
        ...
