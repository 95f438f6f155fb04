"""Makes what the bot wants to have said true on the platforms."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.domain.challenge import Challenge
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef, MessageRef
from bot.domain.clock import Clock
from bot.domain.errors import (
    ChatError,
    ForbiddenError,
    GoneError,
    RateLimitedError,
    TooLargeError,
    TransientError,
)
from bot.domain.store import Outgoing, Store, Transaction

log = structlog.get_logger()

BACKOFF_S = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
"""Waits after failures in a row; the last one repeats."""

FORBIDDEN_TRIES = 3 * 24 * 12
"""Three days: a platform that is asked in vain for ever takes it for an attack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Sends the outbox. A message that was posted before is edited, so that repetition is harmless.

    Attributes:
        title_of: The title of a challenge's thread.
        on_posted: Called in the transaction that stores a challenge's thread.
    """

    store: Store
    chats: Mapping[str, ChatPort]
    clock: Clock
    title_of: Callable[[Challenge], str]
    on_posted: Callable[[Transaction, Challenge], Awaitable[None]]

    async def deliver(self) -> int:
        """Send what is unsent now; returns how many messages were attempted."""
        async with self.store.read() as tx:
            items = await tx.outbox.unsent(self.clock())
        await asyncio.gather(*(self._send(item) for item in items))
        return len(items)

    async def _send(self, item: Outgoing) -> None:
        try:
            ref = await self._put(item)
            thread = await self._thread(item, ref)
        except RateLimitedError as error:
            await self._failed(item, error, retry_s=error.retry_after_s)
        except ForbiddenError as error:  # until somebody grants the permission
            wait = BACKOFF_S[-1] if item.failures < FORBIDDEN_TRIES else None
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
        chat = self._chat(item)
        if item.ref is None:
            return await chat.post(
                item.conversation, item.message, key=item.key, private_to=item.private_to
            )
        try:
            await chat.edit(item.ref, item.message)
        except GoneError:  # somebody deleted it: what it has to say is said anew
            if item.challenge is not None:
                raise  # but a second post would have a second thread
            again = replace(item.key, repost=item.revision)
            return await chat.post(
                item.conversation, item.message, key=again, private_to=item.private_to
            )
        return item.ref

    async def _thread(self, item: Outgoing, ref: MessageRef) -> ConversationRef | None:
        if item.challenge is None:
            return None
        async with self.store.read() as tx:
            challenge = await tx.challenges.get(item.challenge)
        return await self._chat(item).open_thread(ref, self.title_of(challenge))

    async def _sent(self, item: Outgoing, ref: MessageRef, thread: ConversationRef | None) -> None:
        async with self.store.write() as tx:
            await tx.outbox.sent(item, ref)
            if item.challenge is not None and thread is not None:
                await tx.challenges.set_posted(item.challenge, ref, thread)
                await self.on_posted(tx, await tx.challenges.get(item.challenge))

    async def _failed(self, item: Outgoing, error: ChatError, *, retry_s: float | None) -> None:
        log.warning(
            "delivery_failed", key=str(item.key), reason=type(error).__name__, retry_s=retry_s
        )
        retry_at = None if retry_s is None else self.clock() + timedelta(seconds=retry_s)
        async with self.store.write() as tx:
            await tx.outbox.failed(item, reason=type(error).__name__, retry_at=retry_at)
