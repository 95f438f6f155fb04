"""Makes what the bot wants to have said true on the platforms."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.domain.backoff import pause_s
from bot.domain.chat.keys import Kind, MessageKey
from bot.domain.chat.message import Address, Message
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef, MessageRef
from bot.domain.clock import Clock
from bot.domain.errors import (
    AmbiguousError,
    BotError,
    ForbiddenError,
    GoneError,
    RateLimitedError,
    StoreError,
    TooLargeError,
    TransientError,
    UnreachableError,
)
from bot.domain.jobs import Jobs, Queue
from bot.domain.outbox import Look, Outgoing, Readers, Wanted
from bot.domain.store import Store, Transaction
from bot.services.talk import messages

log = structlog.get_logger()

BACKOFF_S = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
"""Waits after failures in a row; the last one repeats."""

UNREACHABLE_S = (60.0,) * 60 + (300.0,)
"""The same while somebody takes no private messages: most open them soon after they are asked."""

MAX_TRIES = 3 * 24 * 12
"""Three days of what a platform refuses: if asked in vain for ever, it takes that for an attack."""

MAX_AT_ONCE = 50
"""Messages under way: one that the platform slows down holds up nobody else's."""

MAX_UNASKED = 40
"""So many of them may be announcements and the like: there is room for who waits for an answer."""

MAX_BEGUN = 20
"""Messages that are read at once."""

OnThread = Callable[[Transaction, MessageKey, MessageRef, ConversationRef], Awaitable[None]]
"""Told of a message whose thread was opened, in the transaction that stores that it was posted."""


@dataclass(slots=True, kw_only=True)
class DeliveryService:
    """Sends the outbox. A message that was posted before is edited, so that repetition is harmless.

    To the same readers one message goes after the other, what is waited for first and then in
    order; others do not wait for them. What fails waits by itself.
    """

    store: Store
    chats: Mapping[str, ChatPort]
    clock: Clock
    jobs: Jobs
    on_thread: OnThread
    _sending: dict[Readers, asyncio.Task[None]] = field(
        default_factory=dict[Readers, asyncio.Task[None]], init=False
    )
    _unasked: set[Readers] = field(default_factory=set[Readers], init=False)
    _slowed: dict[Readers, datetime] = field(default_factory=dict[Readers, datetime], init=False)
    _passed_over: bool = field(default=False, init=False)

    async def deliver(self) -> int:
        """Send what is unsent now and wait until that is done; how many messages were tried."""
        tried = 0
        while (look := await self.begin()).begun or self._sending:
            await self.drain()
            tried += look.begun
        return tried

    async def begin(self) -> Look:
        """Begin to send the first unsent message to all readers, except where one is under way.

        Raises:
            StoreError: The outbox cannot be read.
        """
        now, limit = self.clock(), min(MAX_BEGUN, MAX_AT_ONCE - len(self._sending))
        async with self.store.read() as tx:
            items = await tx.outbox.unsent(now, limit=limit, without=self._left_out(now))
            next_due = await tx.outbox.next_due() if len(items) < limit else None
        begun = sum(self._begin(item) for item in items)
        self._passed_over = bool(self._sending)
        return Look(begun=begun, is_all=len(items) < limit or not begun, next_due=next_due)

    async def drain(self) -> None:
        """Wait until everything that was begun is done."""
        while self._sending:
            await asyncio.wait(self._sending.values())

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be begun now."""
        return len(self._sending) >= MAX_AT_ONCE

    def _left_out(self, now: datetime) -> Sequence[Readers]:
        self._slowed = {readers: until for readers, until in self._slowed.items() if until > now}
        return (*self._sending, *self._slowed)

    def _begin(self, item: Outgoing) -> bool:
        """Send it now; False where it has to wait for one that is under way."""
        asked_for, readers = item.key.kind.asked_for, item.readers
        if readers in self._sending or not (asked_for or len(self._unasked) < MAX_UNASKED):
            return False
        if not asked_for:
            self._unasked.add(readers)
        task = self._sending[readers] = asyncio.create_task(self._send(item))
        task.add_done_callback(lambda _: self._done(readers))
        return True

    def _done(self, readers: Readers) -> None:
        del self._sending[readers]
        self._unasked.discard(readers)
        if self._passed_over:  # there may be more, and there is room for it now
            self._passed_over = False
            self.jobs.announce([Queue.DELIVERY])

    async def _send(self, item: Outgoing) -> None:
        ref = item.ref
        try:
            ref = await self._put(item)
            thread = await self._thread(item, ref)
            await self._sent(item, ref, thread)
        except Exception as error:  # noqa: BLE001  # one message's edge: its trouble is its own
            await self._failed(item, ref, error)

    def _chat(self, item: Outgoing) -> ChatPort:
        platform = item.conversation.platform
        if platform not in self.chats:
            raise TransientError(f"{platform} is not connected")
        return self.chats[platform]

    async def _put(self, item: Outgoing) -> MessageRef:
        if item.ref is None:
            return await self._post(item, item.key)
        try:
            await self._chat(item).edit(item.ref, item.message)
        except GoneError:  # somebody deleted it: what it has to say is said anew
            if item.thread_title is not None:
                raise  # but a second post would have a second thread
            return await self._post(item, replace(item.key, repost=item.ref.message))
        return item.ref

    async def _post(self, item: Outgoing, key: MessageKey) -> MessageRef:
        return await self._chat(item).post(
            item.conversation, item.message, key=key, private_to=item.private_to
        )

    async def _thread(self, item: Outgoing, ref: MessageRef) -> ConversationRef | None:
        if item.thread_title is None:
            return None
        return await self._chat(item).open_thread(ref, item.thread_title)

    async def _sent(self, item: Outgoing, ref: MessageRef, thread: ConversationRef | None) -> None:
        async with self.store.write() as tx:
            await tx.outbox.sent(item, ref, at=self.clock())
            if thread is not None:
                await self.on_thread(tx, item.key, ref, thread)

    async def _failed(self, item: Outgoing, ref: MessageRef | None, error: Exception) -> None:
        retry_s, reason = _retry_s(item, error), type(error).__name__
        report = log.warning if isinstance(error, BotError) else log.error
        report(
            "delivery_failed",
            key=str(item.key),
            kind=item.key.kind.value,
            reason=reason,
            at=_place_of(error),
            retry_s=retry_s,
        )
        retry_at = None if retry_s is None else self.clock() + timedelta(seconds=retry_s)
        if retry_at is not None and isinstance(error, RateLimitedError):
            self._slowed[item.readers] = retry_at
        try:
            async with self.store.write() as tx:
                await tx.outbox.failed(item, ref, reason=reason, retry_at=retry_at)
                if retry_at is not None and isinstance(error, UnreachableError):
                    await tx.outbox.say(*_knock(item))
        except StoreError as unstored:  # it is sent again, or edited to the same
            log.warning("delivery_postponed", key=str(item.key), reason=str(unstored))


def _retry_s(item: Outgoing, error: Exception) -> float | None:
    """How long to wait until the next try; None where there is none."""
    last = BACKOFF_S[-1] if item.failures < MAX_TRIES else None
    pauses: Sequence[float | None] = (*BACKOFF_S[:-1], last)
    match error:
        case RateLimitedError():
            return error.retry_after_s
        case GoneError() | TooLargeError():
            return None
        case UnreachableError():  # a reminder is not worth a word that everybody reads
            if not item.key.kind.asked_for:
                return None
            pauses = (*UNREACHABLE_S[:-1], last)
        case ForbiddenError():  # until somebody grants the permission
            return last
        case TransientError() | AmbiguousError() | StoreError():
            pauses = BACKOFF_S
        case _:
            pass
    return pause_s(pauses, item.failures + 1)


def _knock(item: Outgoing) -> Sequence[Wanted]:
    """Words to a person for whom there is a private message: once, whatever else waits there."""
    reader, where = item.private_to, item.conversation
    if reader is None:
        return ()
    key = MessageKey(Kind.KNOCK, f"{where.thread or where.channel}:{reader.user}")
    message = Message.of(Address(reader, messages.TAKE_PRIVATE_MESSAGES))
    return [Wanted(key=key, conversation=where, message=message)]


def _place_of(error: Exception) -> str:
    """Where something broke that nobody foresaw. Its own words might quote the message."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, BotError) or not frames:
        return ""
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
