"""The local chat's part of the store, with its errors said as a chat platform's."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from typing_extensions import override

from bot.domain.errors import StoreError, TransientError
from bot.domain.local_chat import LocalChat, LocalChatStore


@dataclass(frozen=True, slots=True)
class ChatStorage(LocalChatStore):
    """Raises TransientError where the store raises StoreError: it is worth trying again."""

    store: LocalChatStore

    @override
    @asynccontextmanager
    async def write(self) -> AsyncGenerator[LocalChat]:
        with _as_chat_error():
            async with self.store.write() as chat:
                yield chat

    @override
    @asynccontextmanager
    async def read(self) -> AsyncGenerator[LocalChat]:
        with _as_chat_error():
            async with self.store.read() as chat:
                yield chat


@contextmanager
def _as_chat_error() -> Generator[None]:
    try:
        yield
    except StoreError as error:
        raise TransientError(str(error)) from error
