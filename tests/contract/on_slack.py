"""How the contract suite acts as a person on Slack: the real clients, a server of our own."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.chat.slack import refs
from bot.chat.slack.adapter import SlackChat
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from tests.contract.on_discord import MemoryMark
from tests.fakes.ports import RecordingSink
from tests.fakes.slack.model import APP_TOKEN, BOT_TOKEN, TEAM, Channel, Message
from tests.fakes.slack.people import Person
from tests.fakes.slack.server import FakeSlack


@dataclass
class SlackActor:
    """Somebody in the workspace."""

    user: UserRef
    person: Person

    async def say(
        self, text: str, conversation: ConversationRef, files: Sequence[tuple[str, bytes]] = ()
    ) -> MessageRef | None:
        channel = self._channel(conversation)
        if text.startswith("/"):
            assert not conversation.thread, "Slack knows no slash commands in threads"
            line = text if text.startswith("/challenge") else f"/freehand {text[1:]}"
            self.person.command(channel, line)
            return None
        message = self.person.say(channel, text, thread_ts=conversation.thread, files=files)
        return refs.message_in(conversation, message.ts)

    async def edit(self, message: MessageRef, text: str) -> None:
        self.person.edit(self._message(message), text)

    async def delete(self, message: MessageRef) -> None:
        self.person.delete(self._message(message))

    async def press(self, message: MessageRef, action: str) -> None:
        self.person.press(self._message(message), action)

    async def form(self) -> Callable[[dict[str, str]], Any]:
        view = await self.person.form()

        async def submit(fields: dict[str, str]) -> None:
            assert await self.person.submit(view, fields) == {}

        return submit

    async def reads(self, conversation: ConversationRef) -> str:
        here = self.person.reads(self._channel(conversation), conversation.thread)
        return f"{here}\n{self.person.reads(self.person.direct)}"

    def _channel(self, conversation: ConversationRef) -> Channel:
        return self.person.fake.world.channels[conversation.channel]

    def _message(self, ref: MessageRef) -> Message:
        found = self._channel(ref.conversation).find(ref.message)
        assert found is not None
        return found


@dataclass
class Slack:
    """A workspace with the bot in it."""

    fake: FakeSlack
    place: Channel
    commands: Sequence[CommandSpec]
    sink: RecordingSink = field(default_factory=RecordingSink)
    mark: MemoryMark = field(default_factory=MemoryMark)
    chat: SlackChat = field(init=False)
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    has_commands_in_threads: bool = False

    @property
    def channel(self) -> ConversationRef:
        return refs.conversation_in(TEAM, self.place.id)

    async def start(self) -> None:
        self.chat = SlackChat(
            bot_token=BOT_TOKEN,
            app_token=APP_TOKEN,
            mark=self.mark,
            clock=self.fake.clock,
            api=f"{self.fake.url}/api/",
        )
        await self.chat.start(self.sink, self.commands)
        await self.fake.connected()

    async def restart(self) -> None:
        await self.chat.stop()
        await self.fake.until(lambda: not self.fake.socket.connections, "the socket to close")
        await self.start()

    @asynccontextmanager
    async def learner(self) -> AsyncGenerator[SlackActor]:
        yield self._actor("Ana")
        self.fake.clock.move(minutes=1)  # who has left is not waited for

    @asynccontextmanager
    async def other(self) -> AsyncGenerator[SlackActor]:
        yield self._actor("Ben")

    @asynccontextmanager
    async def mentor(self) -> AsyncGenerator[SlackActor]:
        yield self._actor("Mira", is_admin=True)

    def _actor(self, name: str, *, is_admin: bool = False) -> SlackActor:
        if name not in self.people:
            self.people[name] = self.fake.person(name, is_admin=is_admin)
        person = self.people[name]
        return SlackActor(refs.user_in(TEAM, person.user.id), person)


@asynccontextmanager
async def slack(commands: Sequence[CommandSpec]) -> AsyncGenerator[Slack]:
    """A workspace with the bot connected to it; nothing it sent broke the documentation."""
    async with FakeSlack() as fake:
        made = Slack(fake, fake.channel("practice"), commands)
        await made.start()
        try:
            yield made
        finally:
            await made.chat.stop()
        assert fake.methods.violations == []
