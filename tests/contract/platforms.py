"""How the contract suite acts as a person on each platform that has an adapter."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot.chat.web.adapter import WebChat
from bot.domain.chat.commands import CommandOption, CommandSpec, Permission
from bot.domain.chat.port import ChatPort
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from bot.domain.local_chat import LocalChatStore
from tests.contract.on_discord import discord
from tests.contract.on_slack import slack
from tests.fakes.ports import RecordingSink, SteppingClock
from tests.support.local_chats import opened_store
from tests.support.visitor import Visitor, visit

COMMANDS = (
    CommandSpec("plan", "Your week"),
    CommandSpec("challenge list", "All challenges", permission=Permission.MENTORS),
    CommandSpec(
        "challenge post",
        "Release an exercise",
        (CommandOption("exercise", "Which one", suggests=True),),
        permission=Permission.MENTORS,
    ),
)

PRACTICE = ConversationRef("web", "local", "practice")


class Actor(Protocol):
    """A person on the platform."""

    @property
    def user(self) -> UserRef:
        """The core's reference to them."""
        ...

    async def say(
        self, text: str, conversation: ConversationRef, files: Sequence[tuple[str, bytes]] = ()
    ) -> MessageRef | None:
        """Type something and send it; None when it became no message."""
        ...

    async def edit(self, message: MessageRef, text: str) -> None:
        """Change one's own message."""
        ...

    async def delete(self, message: MessageRef) -> None:
        """Take one's own message back."""
        ...

    async def press(self, message: MessageRef, action: str) -> None:
        """Press a button."""
        ...

    async def form(self) -> Callable[[dict[str, str]], Any]:
        """Wait for a dialog; calling what is returned submits it."""
        ...

    async def reads(self, conversation: ConversationRef) -> str:
        """Everything they can read in a conversation now, with its markup."""
        ...


class Platform(Protocol):
    """A platform with an adapter that is connected to it."""

    @property
    def chat(self) -> ChatPort:
        """Its adapter; another one after a restart."""
        ...

    @property
    def sink(self) -> RecordingSink:
        """The core."""
        ...

    @property
    def channel(self) -> ConversationRef:
        """A channel that everyone sees."""
        ...

    @property
    def has_commands_in_threads(self) -> bool:
        """Whether slash commands can be typed in a thread."""
        ...

    def learner(self) -> AbstractAsyncContextManager[Actor]:
        """Somebody who is no mentor."""
        ...

    def other(self) -> AbstractAsyncContextManager[Actor]:
        """Another learner."""
        ...

    def mentor(self) -> AbstractAsyncContextManager[Actor]:
        """A mentor."""
        ...

    async def restart(self) -> None:
        """Stop the adapter, and start it anew over the same platform."""
        ...


@dataclass
class WebActor:
    """Somebody at a page of the local chat."""

    user: UserRef
    page: Visitor

    async def say(
        self, text: str, conversation: ConversationRef, files: Sequence[tuple[str, bytes]] = ()
    ) -> MessageRef | None:
        ids = [await self.page.upload(name, content) for name, content in files]
        answer = await self.page.say(text, name_of(conversation), *ids)
        assert answer["type"] == "sent", answer
        return MessageRef(conversation, str(answer["message"])) if answer["message"] else None

    async def edit(self, message: MessageRef, text: str) -> None:
        answer = await self.page.ask("edit", message=int(message.message), text=text)
        assert answer["type"] == "sent", answer

    async def delete(self, message: MessageRef) -> None:
        answer = await self.page.ask("delete", message=int(message.message))
        assert answer["type"] == "sent", answer

    async def press(self, message: MessageRef, action: str) -> None:
        answer = await self.page.ask("press", message=int(message.message), action=action)
        assert answer["type"] == "sent", answer

    async def form(self) -> Callable[[dict[str, str]], Any]:
        frame = await self.page.until("form")
        token = frame["html"].partition('data-token="')[2].partition('"')[0]

        async def submit(fields: dict[str, str]) -> None:
            answer = await self.page.ask("submit", id=token, fields=fields, files=[])
            assert answer["type"] == "sent", answer

        return submit

    async def reads(self, conversation: ConversationRef) -> str:
        page = await self.page.page(name_of(conversation))
        return "\n".join(item["html"] for item in page["items"])


def name_of(conversation: ConversationRef) -> str:
    """A conversation as the page names it."""
    thread = f"/{conversation.thread}" if conversation.thread else ""
    return f"{conversation.channel}{thread}"


@dataclass
class Web:
    """The local web chat."""

    store: LocalChatStore
    sink: RecordingSink = field(default_factory=RecordingSink)
    clock: SteppingClock = field(default_factory=SteppingClock)
    channel: ConversationRef = PRACTICE
    has_commands_in_threads: bool = True
    chat: WebChat = field(init=False)

    async def start(self) -> None:
        self.chat = WebChat(self.store, clock=self.clock, port=0)
        await self.chat.start(self.sink, COMMANDS)

    async def restart(self) -> None:
        await self.chat.stop()
        await self.start()

    def learner(self) -> AbstractAsyncContextManager[Actor]:
        return self._at("ana")

    def other(self) -> AbstractAsyncContextManager[Actor]:
        return self._at("ben")

    def mentor(self) -> AbstractAsyncContextManager[Actor]:
        return self._at("mentor")

    @asynccontextmanager
    async def _at(self, person: str) -> AsyncGenerator[Actor]:
        async with visit(self.chat, person, tab=person) as page:
            yield WebActor(UserRef("web", "local", person), page)


@asynccontextmanager
async def web(data_dir: Path) -> AsyncGenerator[Platform]:
    """The local web chat, started."""
    async with opened_store(data_dir) as store:
        platform = Web(store.local_chat)
        await platform.start()
        try:
            yield platform
        finally:
            await platform.chat.stop()  # the one that runs by then


@asynccontextmanager
async def on_discord(data_dir: Path) -> AsyncGenerator[Platform]:
    """A Discord server, connected."""
    del data_dir  # nothing of Discord is kept on this machine
    async with discord(COMMANDS) as platform:
        yield platform


@asynccontextmanager
async def on_slack(data_dir: Path) -> AsyncGenerator[Platform]:
    """A Slack workspace, connected."""
    del data_dir  # nothing of Slack is kept on this machine
    async with slack(COMMANDS) as platform:
        yield platform


PLATFORMS: dict[str, Callable[[Path], AbstractAsyncContextManager[Platform]]] = {
    "discord": on_discord,
    "slack": on_slack,
    "web": web,
}
