"""Makes what the bot wants to have said true on the platforms."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from bot.domain.chat.keys import MessageKey
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.clock import Clock
from bot.domain.errors import (
    ChatError,
    ForbiddenError,
    GoneError,
    RateLimitedError,
    StoreError,
    TooLargeError,
    TransientError,
)
from bot.domain.jobs import Jobs, Queue
from bot.domain.outbox import Look, Outgoing
from bot.domain.store import Store, Transaction

log = structlog.get_logger()

BACKOFF_S = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
"""Waits after failures in a row; the last one repeats."""

MAX_FORBIDDEN_TRIES = 3 * 24 * 12
"""Three days: a platform that is asked in vain for ever takes it for an attack."""

MAX_CONVERSATIONS = 50
"""Seen to at once: one that the platform slows down holds up nobody else's."""

MAX_BEGUN = 20
"""Messages that are read at once."""

OnThread = Callable[[Transaction, MessageKey, MessageRef, ConversationRef], Awaitable[None]]
"""Told of a message whose thread was opened, in the transaction that stores that it was posted."""

Reader = tuple[ConversationRef, UserRef | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryService:
    """Sends the outbox. A message that was posted before is edited, so that repetition is harmless.

    Messages of one conversation to the same readers are sent one after the other, in order; all
    others do not wait for them.
    """

    store: Store
    chats: Mapping[str, ChatPort]
    clock: Clock
    jobs: Jobs
    on_thread: OnThread
    _tasks: dict[ConversationRef, set[asyncio.Task[None]]] = field(
        default_factory=lambda: defaultdict(set), init=False
    )
    _passed_over: set[ConversationRef] = field(default_factory=set, init=False)

    async def deliver(self) -> int:
        """Send what is unsent now and wait until that is done; how many messages were tried."""
        look = await self.begin()
        await self.drain()
        return look.begun

    async def begin(self) -> Look:
        """Begin to send what is unsent now, except where that is under way.

        Raises:
            StoreError: The outbox cannot be read.
        """
        async with self.store.read() as tx:
            items = await tx.outbox.unsent(self.clock(), limit=MAX_BEGUN, without=self._busy())
            is_all = len(items) < MAX_BEGUN
            next_due = await tx.outbox.next_due() if is_all else None
        for (conversation, _), several in _by_reader(items).items():
            self._start(conversation, several)
        return Look(begun=len(items), is_all=is_all, next_due=next_due)

    async def drain(self) -> None:
        """Wait until everything that was begun is done."""
        while tasks := [task for several in self._tasks.values() for task in several]:
            await asyncio.wait(tasks)

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be begun now."""
        return len(self._tasks) >= MAX_CONVERSATIONS

    def _busy(self) -> Sequence[ConversationRef]:
        """Conversations that are seen to; what was said in them since is looked for afterwards."""
        self._passed_over.update(self._tasks)
        return tuple(self._tasks)

    def _start(self, conversation: ConversationRef, items: Sequence[Outgoing]) -> None:
        task = asyncio.create_task(self._send_all(items))
        self._tasks[conversation].add(task)
        task.add_done_callback(lambda done: self._forget(conversation, done))

    def _forget(self, conversation: ConversationRef, task: asyncio.Task[None]) -> None:
        self._tasks[conversation].discard(task)
        if self._tasks[conversation]:
            return
        del self._tasks[conversation]
        if conversation in self._passed_over:
            self._passed_over.discard(conversation)
            self.jobs.announce([Queue.DELIVERY])

    async def _send_all(self, items: Sequence[Outgoing]) -> None:
        try:
            for item in items:
                await self._send(item)
        except StoreError as error:  # what is on the platform is sent again, or edited to the same
            log.warning("delivery_postponed", reason=str(error))

    async def _send(self, item: Outgoing) -> None:
        try:
            ref = await self._put(item)
            thread = await self._thread(item, ref)
        except RateLimitedError as error:
            await self._failed(item, error, retry_s=error.retry_after_s)
        except ForbiddenError as error:  # until somebody grants the permission
            wait = BACKOFF_S[-1] if item.failures < MAX_FORBIDDEN_TRIES else None
            await self._failed(item, error, retry_s=wait)
        except (GoneError, TooLargeError) as error:
            await self._failed(item, error, retry_s=None)
        except ChatError as error:
            wait = BACKOFF_S[min(item.failures, len(BACKOFF_S) - 1)]
            await self._failed(item, error, retry_s=wait)
        else:
            await self._sent(item, ref, thread)

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
            return await self._post(item, replace(item.key, repost=item.revision))
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

    async def _failed(self, item: Outgoing, error: ChatError, *, retry_s: float | None) -> None:
        key, reason = str(item.key), type(error).__name__
        log.warning("delivery_failed", key=key, reason=reason, retry_s=retry_s)
        retry_at = None if retry_s is None else self.clock() + timedelta(seconds=retry_s)
        async with self.store.write() as tx:
            await tx.outbox.failed(item, reason=reason, retry_at=retry_at)


def _by_reader(items: Sequence[Outgoing]) -> Mapping[Reader, list[Outgoing]]:
    found: defaultdict[Reader, list[Outgoing]] = defaultdict(list)
    for item in items:
        found[item.conversation, item.private_to].append(item)
    return found
