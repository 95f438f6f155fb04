"""Small complete stand-ins for ports, typed against them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from typing_extensions import override

from bot.chat.common.watermark import Mark
from bot.domain.chat.events import Event, UserInfo
from bot.domain.chat.port import Responder
from bot.domain.chat.refs import ConversationRef, UserRef
from tests.support.patience import PATIENCE_S

E = TypeVar("E", bound=Event)


@dataclass
class SteppingClock:
    """Time that moves a second forward whenever it is asked for."""

    now: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class RecordingSink:
    """A core that keeps what it hears, and drops keys it knows.

    Attributes:
        trouble: Raised by `accept`, one for each call, before anything is kept.
        words: What `suggest` chooses from.
        expecting: Channels in which code is expected.
        solved: Who has solved the challenge of which thread.
    """

    trouble: list[Exception] = field(default_factory=list[Exception])
    words: Sequence[str] = ()
    expecting: Sequence[ConversationRef] = ()
    solved: set[tuple[ConversationRef, UserRef]] = field(
        default_factory=set[tuple[ConversationRef, UserRef]]
    )
    events: list[Event] = field(default_factory=list[Event])
    responders: dict[str, Responder] = field(default_factory=dict[str, Responder])
    deliveries: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, event: Event, responder: Responder | None = None) -> None:
        self.deliveries += 1
        self._news.set()
        if self.trouble:
            raise self.trouble.pop(0)
        if any(known.key == event.key for known in self.events):
            return
        self.events.append(event)
        if responder is not None:
            self.responders[event.key] = responder

    async def expects_code(self, conversation: ConversationRef) -> bool:
        return conversation in self.expecting

    async def has_solved(self, thread: ConversationRef, user: UserRef) -> bool:
        return (thread, user) in self.solved

    async def suggest(
        self, command: str, option: str, partial: str, *, where: ConversationRef, info: UserInfo
    ) -> Sequence[str]:
        del command, option, where, info
        return [word for word in self.words if word.startswith(partial)]

    async def heard(self, kind: type[E], count: int = 1) -> E:
        """Wait for the event number `count` of this very kind."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := [event for event in self.events if type(event) is kind]) < count:
                await self.news()
        return found[count - 1]

    async def delivered(self, count: int) -> None:
        """Wait until `accept` was called this often."""
        async with asyncio.timeout(PATIENCE_S):
            while self.deliveries < count:
                await self.news()

    async def news(self) -> None:
        """Wait for the next call of `accept`."""
        self._news.clear()
        await self._news.wait()


@dataclass
class CountedMark(Mark):
    """A mark that keeps every moment it was ever set to."""

    moments: list[datetime] = field(default_factory=list[datetime])
    trouble: list[Exception] = field(default_factory=list[Exception])

    @override
    async def find(self) -> datetime | None:
        return self.moments[-1] if self.moments else None

    @override
    async def set(self, at: datetime) -> None:
        if self.trouble:
            raise self.trouble.pop()
        self.moments.append(at)
