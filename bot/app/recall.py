"""What the data directory remembers of the database, so that a wrong or older one is noticed."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.domain.store import Store

log = structlog.get_logger()

FILE = "latest-submission"


@dataclass(slots=True, kw_only=True)
class Recall:
    """The highest number of a submission that was ever seen here, in a file.

    A database that came up empty, a file that lost what stood in its `-wal` file and a backup that
    was brought back all answer well; only somebody else can know that they held more.
    """

    folder: Path
    store: Store
    _known: int | None = field(default=None, init=False)

    async def missing(self) -> str:
        """What the database has lost since it was last looked at, as a sentence; else empty.

        It is said once: afterwards the database is taken as it is.
        """
        known, found = await asyncio.to_thread(self._read), await self._latest()
        await self.keep()
        if found >= known:
            return ""
        return (
            f"The database ends at submission {found}, and the last one that this machine saw was"
            f" {known}. If a backup was brought back, all is well; if not, stop Freehand now:"
            " docs/operations.md says where the data is and how it is restored."
        )

    async def keep(self) -> None:
        """Remember how far the database has come, where that has changed."""
        found = await self._latest()
        if found == self._known:
            return
        try:
            await asyncio.to_thread(self._path.write_text, f"{found}\n", encoding="ascii")
        except OSError as error:  # a help, and no reason to stop
            log.warning("latest_submission_not_kept", reason=error.strerror)
        self._known = found

    async def _latest(self) -> int:
        async with self.store.read() as tx:
            return await tx.submissions.latest_number()

    @property
    def _path(self) -> Path:
        return self.folder / FILE

    def _read(self) -> int:
        try:
            return int(self._path.read_text(encoding="ascii")[:20])
        except (OSError, ValueError):
            return 0
