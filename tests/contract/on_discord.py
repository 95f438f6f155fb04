"""How the contract suite acts as a person on Discord: the real client, a server of our own."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from typing_extensions import override

from bot.chat.common.watermark import Mark
from bot.chat.discord import refs
from bot.chat.discord.adapter import DiscordChat
from bot.domain.chat.commands import CommandSpec
from bot.domain.chat.refs import ConversationRef, MessageRef, UserRef
from tests.fakes.discord.guilds import OwnedGuild
from tests.fakes.discord.model import Channel, Interaction, Message
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import ALL, Allow
from tests.fakes.discord.server import FakeDiscord, connect
from tests.fakes.ports import RecordingSink

PLATFORM = "discord"
NOTHING = Allow(0)


@dataclass
class DiscordActor:
    """Somebody in a server."""

    user: UserRef
    person: Person
    commands: Sequence[CommandSpec]
    last: Interaction | None = None

    async def say(
        self, text: str, conversation: ConversationRef, files: Sequence[tuple[str, bytes]] = ()
    ) -> MessageRef | None:
        place = self._place(conversation)
        if text.startswith("/"):
            self.last = self._command(place, text.removeprefix("/").split())
            return None
        message = self.person.say(place, text, files)
        return MessageRef(conversation, str(message.id))

    async def edit(self, message: MessageRef, text: str) -> None:
        self.person.edit(self._message(message), text)

    async def delete(self, message: MessageRef) -> None:
        self.person.delete(self._message(message))

    async def press(self, message: MessageRef, action: str) -> None:
        self.last = self.person.press(
            self._message(message), refs.add_tag(action, refs.tag(message.conversation))
        )

    async def form(self) -> Callable[[dict[str, str]], Any]:
        pressed = self.last
        assert pressed is not None
        await self.person.modal(pressed)

        async def submit(fields: dict[str, str]) -> None:
            self.person.submit(pressed, fields)

        return submit

    async def reads(self, conversation: ConversationRef) -> str:
        here, direct = self._place(conversation), self.person.direct
        return f"{self.person.reads(here)}\n{self.person.reads(direct)}"

    def _command(self, place: Channel, words: list[str]) -> Interaction:
        [spec] = [spec for spec in self.commands if spec.name.split() == words[: _width(spec)]]
        names = [option.name for option in spec.options]
        given = dict(zip(names, words[_width(spec) :], strict=False))
        return self.person.invoke(place, spec.name, **given)

    def _place(self, conversation: ConversationRef) -> Channel:
        return self.person.fake.world.channels[refs.channel_id(conversation)]

    def _message(self, ref: MessageRef) -> Message:
        return self._place(ref.conversation).messages[int(ref.message)]


def _width(spec: CommandSpec) -> int:
    return len(spec.name.split())


@dataclass
class MemoryMark(Mark):
    """A mark that outlives the adapter, but not the test.

    Attributes:
        trouble: Raised when it is asked for, one for each time.
    """

    at: datetime | None = None
    trouble: list[Exception] = field(default_factory=list[Exception])

    @override
    async def find(self) -> datetime | None:
        if self.trouble:
            raise self.trouble.pop()
        return self.at

    @override
    async def set(self, at: datetime) -> None:
        self.at = at


@dataclass
class Discord:
    """A server with the bot in it."""

    fake: FakeDiscord
    guild: OwnedGuild
    place: Channel
    commands: Sequence[CommandSpec]
    sink: RecordingSink = field(default_factory=RecordingSink)
    mark: MemoryMark = field(default_factory=MemoryMark)
    chat: DiscordChat = field(init=False)
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    has_commands_in_threads: bool = True

    @property
    def channel(self) -> ConversationRef:
        return ConversationRef(PLATFORM, str(self.guild.id), str(self.place.id))

    async def start(self) -> None:
        self.chat = DiscordChat(token="token", mark=self.mark, clock=self.fake.clock)
        await self.chat.start(self.sink, self.commands)
        registered = "PUT /applications/{application_id}/commands"
        await self.fake.requested(registered, len(self.fake.asked(registered)) or 1)

    async def restart(self) -> None:
        await self.chat.stop()
        await self.start()

    @asynccontextmanager
    async def learner(self) -> AsyncGenerator[DiscordActor]:
        yield self._actor("Ana")
        self.fake.clock.move(minutes=16)  # who has left is not waited for

    @asynccontextmanager
    async def other(self) -> AsyncGenerator[DiscordActor]:
        yield self._actor("Ben")

    @asynccontextmanager
    async def mentor(self) -> AsyncGenerator[DiscordActor]:
        yield self._actor("Mira", Allow.MANAGE_GUILD)

    def _actor(self, name: str, more: Allow = NOTHING) -> DiscordActor:
        if name not in self.people:
            everyone = self.guild.guild.everyone.permissions
            role = self.guild.role(f"{name}'s", everyone | more)
            self.people[name] = self.guild.person(name, roles=[role])
        person = self.people[name]
        user = UserRef(PLATFORM, str(self.guild.id), str(person.id))
        return DiscordActor(user, person, self.commands)


@asynccontextmanager
async def discord(commands: Sequence[CommandSpec]) -> AsyncGenerator[Discord]:
    """A server with the bot connected to it; nothing it sent broke the specification."""
    async with FakeDiscord() as fake:
        guild = fake.guild("Cohort", ALL)
        made = Discord(fake, guild, guild.channel("practice"), commands)
        with connect(fake):
            await made.start()
            try:
                yield made
            finally:
                await made.chat.stop()
        assert fake.violations == []
