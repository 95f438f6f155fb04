"""What was sent is forgotten after a while; what came of it stays."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.clock import Clock
from bot.domain.store import Store

MAX_FORGOTTEN = 500
"""Rows of each kind at a tick: what is old is forgotten without holding up who writes."""

PICTURES_KEPT = timedelta(days=30)
"""The outbox keeps a picture this long after it was sent; the platform has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How long what people sent is kept.

    Attributes:
        sources: The code of a submission. It is longer than any challenge can be answered.
        after_end: All code of a cohort, once its last challenge is over.
        events: What was in an event, once it is handled, and what was said to it; its key stays.
            Questions too, once they have expired.
    """

    sources: timedelta
    after_end: timedelta
    events: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionService:
    """Forgets what is old, a little at a time."""

    store: Store
    clock: Clock
    kept: Kept

    async def tick(self) -> None:
        """Forget some of what is old; nothing is written where nothing is."""
        now = self.clock()
        events, sources = now - self.kept.events, now - self.kept.sources
        ended = now - self.kept.after_end
        async with self.store.read() as tx:
            is_due = (
                await tx.inbox.has_kept(events)
                or await tx.confirmations.has_expired(events)
                or await tx.outbox.has_pictures(now - PICTURES_KEPT)
                or await tx.outbox.has_passed(replies=events, disputes=ended)
                or await tx.submissions.has_sources(sources, ended=ended)
            )
        if is_due:
            async with self.store.write() as tx:
                most = MAX_FORGOTTEN
                await tx.inbox.purge(events, limit=most)
                await tx.confirmations.purge(events, limit=most)
                await tx.outbox.purge(now - PICTURES_KEPT, limit=most)
                await tx.outbox.forget_passed(replies=events, disputes=ended, limit=most)
                await tx.submissions.forget_sources(sources, ended=ended, limit=most)
