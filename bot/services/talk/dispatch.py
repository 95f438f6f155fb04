"""From an event to its handler: stored first, then handled, in order within a conversation."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from bot.domain.chat.events import ActionPressed, CommandInvoked, Event, UserInfo
from bot.domain.chat.message import Message
from bot.domain.chat.port import Responder
from bot.domain.chat.refs import ConversationRef, UserRef
from bot.domain.clock import Clock
from bot.domain.errors import ChatError, Limit, LimitError, StoreError, UserError
from bot.domain.pace import Pace, Turn
from bot.domain.store import Store
from bot.services.talk import messages
from bot.services.talk.reply import Reply

log = structlog.get_logger()

Handler = Callable[[Event, Reply], Awaitable[None]]
Expects = Callable[[ConversationRef], Awaitable[bool]]
Solved = Callable[[ConversationRef, UserRef], Awaitable[bool]]


class Completions(Protocol):
    """Finds values of an option for somebody who may give the command."""

    async def __call__(
        self, name: str, option: str, partial: str, *, where: ConversationRef, info: UserInfo
    ) -> Sequence[str]:
        """The values, best first."""
        ...


@dataclass(slots=True, kw_only=True)
class Dispatcher:
    """The services as the chat adapters see them (`Sink`).

    An event is in the inbox before `accept` returns, so a crash afterwards only delays it:
    `recover` takes up what was left. Handlers absorb repetition by the event's key.

    Attributes:
        on_limit: Told where somebody met a limit, for metrics.
    """

    store: Store
    handle: Handler
    expects: Expects
    solved: Solved
    completions: Completions
    clock: Clock
    on_limit: Callable[[Limit], None]
    _pace: Pace = field(default_factory=Pace, init=False)
    _last: dict[ConversationRef, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _known: set[str] = field(default_factory=set, init=False)

    async def accept(self, event: Event, responder: Responder | None = None) -> None:
        """Take one event. Returns once it is stored; a known key is dropped silently.

        Commands and presses of somebody who gives them without a pause are dropped as well: they
        would keep the others in the channel waiting. Nothing is lost that they have written.

        Raises:
            StoreError: It could not be stored; the adapter delivers it again later.
        """
        if _only_asks(event) and (turn := self._take_turn(event)) is not Turn.ANSWER:
            if turn is Turn.SAY_WHY_NOT and responder is not None:
                with contextlib.suppress(ChatError):
                    await responder.reply(messages.TOO_FAST)
            return
        async with self.store.write() as tx:
            new = await tx.inbox.put(event)
        if new:
            self._schedule(event, responder)

    async def expects_code(self, conversation: ConversationRef) -> bool:
        """Whether code in this channel may be an answer that belongs into a thread."""
        return await self.expects(conversation)

    async def has_solved(self, thread: ConversationRef, user: UserRef) -> bool:
        """Whether somebody has solved the challenge of a thread; False where it has none."""
        return await self.solved(thread, user)

    async def suggest(
        self, command: str, option: str, partial: str, *, where: ConversationRef, info: UserInfo
    ) -> Sequence[str]:
        """Completions for a command option that is typed there, at most 25, best first."""
        return await self.completions(command, option, partial, where=where, info=info)

    async def recover(self) -> None:
        """Take up every stored event that nobody is working on."""
        async with self.store.read() as tx:
            pending = await tx.inbox.pending()
        for event in pending:
            if event.key not in self._known:
                self._schedule(event, None)

    async def drain(self) -> None:
        """Wait until everything accepted so far is handled."""
        while self._last:
            await asyncio.wait(self._last.values())

    def _schedule(self, event: Event, responder: Responder | None) -> None:
        before = self._last.get(event.conversation)
        task = asyncio.create_task(self._in_turn(before, event, responder))
        self._known.add(event.key)
        self._last[event.conversation] = task
        task.add_done_callback(lambda done: self._forget(done, event))

    def _forget(self, task: asyncio.Task[None], event: Event) -> None:
        self._known.discard(event.key)
        if self._last.get(event.conversation) is task:
            del self._last[event.conversation]

    async def _in_turn(
        self, before: asyncio.Task[None] | None, event: Event, responder: Responder | None
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await self._process(event, self._reply_to(event, responder))
        except StoreError as error:  # the event stays pending; `recover` takes it up again
            log.warning("event_postponed", event_key=event.key, reason=str(error))
        except Exception:  # so does what broke while it was answered
            log.exception("event_postponed", event_key=event.key)

    def _reply_to(self, event: Event, responder: Responder | None) -> Reply:
        if _only_asks(event):  # which was counted when it came
            return Reply(self.store, self.clock, event, responder)
        return Reply(self.store, self.clock, event, responder, lambda: self._take_turn(event))

    def _take_turn(self, event: Event) -> Turn:
        turn = self._pace.take(event.user, self.clock())
        if turn is not Turn.ANSWER:
            self.on_limit(Limit.PACE)
        return turn

    async def _process(self, event: Event, reply: Reply) -> None:
        failure = ""
        try:
            await self.handle(event, reply)
            if reply.is_handled:
                return
        except UserError as error:
            if isinstance(error, LimitError):
                self.on_limit(error.limit)
            await reply.say(Message.of(str(error)), refused=True)
        except StoreError:
            raise
        except Exception as error:  # the chat handler's edge: one event never ends the process
            failure = type(error).__name__
            log.exception("event_failed", event_key=event.key)
            await reply.say(messages.OUR_FAULT)
        async with self.store.write() as tx:
            await tx.inbox.handled(event.key, at=self.clock(), error=failure)


def _only_asks(event: Event) -> bool:
    """Whether there is nothing of somebody's own in it, and the platform answers it at once."""
    return isinstance(event, CommandInvoked | ActionPressed)
