"""How a test acts as a person: what they can do in Discord's own client, and what they see."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.discord import limits, payloads
from tests.fakes.discord.api_interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT
from tests.fakes.discord.api_messages import remove
from tests.fakes.discord.backend import media_type
from tests.fakes.discord.errors import Json
from tests.fakes.discord.forms import bounds, filled
from tests.fakes.discord.model import LOADING, Channel, File, Interaction, Kind, Message, Role, User
from tests.fakes.discord.permissions import Allow
from tests.fakes.discord.typed import command_data

if TYPE_CHECKING:
    from tests.fakes.discord.server import FakeDiscord

Files = Sequence[tuple[str, bytes]]


@dataclass(eq=False)
class Person:
    """Somebody in front of Discord. What they could not do there is an AssertionError."""

    fake: "FakeDiscord"
    user: User

    @property
    def id(self) -> int:
        """Their number."""
        return self.user.id

    @property
    def direct(self) -> Channel:
        """Their direct messages with the bot."""
        return self.fake.world.direct(self.user)

    def must(self, place: Channel, *needed: Allow) -> None:
        """Fail unless they see a channel and may do something there."""
        allowed = self.fake.world.permissions(self.user, place)
        name = place.name or "direct messages"
        assert not place.deleted, f"#{name} is deleted"
        assert Allow.VIEW_CHANNEL in allowed, f"{self.user.name} does not see #{name}"
        for one in needed:
            assert one in allowed, f"{self.user.name} may not {one.name} in #{name}"

    # --- messages -----------------------------------------------------------------------------

    def say(
        self, place: Channel, text: str, files: Files = (), *, reply_to: Message | None = None
    ) -> Message:
        """Write something. The bot's name after an @ becomes a mention, as the client makes it."""
        in_thread = place.is_thread
        self.must(place, Allow.SEND_MESSAGES_IN_THREADS if in_thread else Allow.SEND_MESSAGES)
        assert text or files, "an empty message cannot be sent"
        assert len(text) <= limits.CONTENT_CHARS, "the client sends 2,000 characters at most"
        assert len(files) <= limits.FILES, "the client sends ten files at most"
        if files:
            self.must(place, Allow.ATTACH_FILES)
        if place.archived and place.locked:
            self.must(place, Allow.MANAGE_THREADS)
        backend, world = self.fake.backend, self.fake.world
        backend.revive(place, self.user)
        message = world.new_message(
            place,
            self.user,
            content=self._typed(text),
            files=[self._upload(place, name, content) for name, content in files],
            reply_to=reply_to,
        )
        message.mentions = backend.mentioned(message)
        if reply_to is not None and reply_to.author not in message.mentions:
            message.mentions.append(reply_to.author)  # a reply pings, as the client has it
        self.fake.gateway.tell_of_message("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message, text: str) -> None:
        """Change the words of one's own message."""
        self._own(message)
        message.content = self._typed(text)
        message.mentions = self.fake.backend.mentioned(message)
        message.edited_at = self.fake.clock.tick()
        self.fake.gateway.tell_of_message("MESSAGE_UPDATE", message)

    def remove_file(self, message: Message, name: str) -> None:
        """Take an attachment out of one's own message."""
        self._own(message)
        [file] = [file for file in message.files if file.name == name]
        message.files.remove(file)
        file.deleted = True
        message.edited_at = self.fake.clock.tick()
        self.fake.gateway.tell_of_message("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        """Delete one's own message, or with the permission anybody's."""
        if message.author is not self.user:
            self.must(message.channel, Allow.MANAGE_MESSAGES)
        remove(self.fake.backend, message)

    def clear_up(self, place: Channel) -> None:
        """Delete all that stands in a place at once, which needs the permission."""
        self.must(place, Allow.MANAGE_MESSAGES)
        remove(self.fake.backend, *place.messages.values())

    def unfurl(self, message: Message) -> None:
        """Discord adds a link preview: MESSAGE_UPDATE without an edit by anybody."""
        message.embeds = [*message.embeds, {"type": "link", "url": "https://example.org/"}]
        self.fake.gateway.tell_of_message("MESSAGE_UPDATE", message)

    def _own(self, message: Message) -> None:
        assert message.author is self.user, f"it is not {self.user.name}'s message"
        assert not message.deleted, "the message is deleted"
        self.must(message.channel)

    def _typed(self, text: str) -> str:
        bot = self.fake.world.bot
        return text.replace(f"@{bot.name}", f"<@{bot.id}>")

    def _upload(self, place: Channel, name: str, content: bytes) -> File:
        assert len(content) <= self.fake.world.file_bytes, f"{name} is too large to be sent"
        return self.fake.world.new_file(place, name, content, media_type(name))

    # --- interactions -------------------------------------------------------------------------

    def invoke(
        self,
        place: Channel,
        command: str,
        /,
        **options: "str | float | bool | Channel | Role | Person",
    ) -> Interaction:
        """Use a slash command. Channels, roles and people are given as what they are."""
        self.must(place, Allow.USE_APPLICATION_COMMANDS)
        data = command_data(self.fake.world, self.user, place, command, options)
        return self._interact(COMMAND, place, data)

    async def complete(self, place: Channel, command: str, option: str, partial: str) -> list[str]:
        """Begin to type an option; what the bot suggests."""
        self.must(place, Allow.USE_APPLICATION_COMMANDS)
        data = command_data(
            self.fake.world, self.user, place, command, {option: partial}, focused=option
        )
        interaction = self._interact(AUTOCOMPLETE, place, data)
        await self.fake.until(
            lambda: interaction.choices is not None, f"suggestions for /{command} {option}"
        )
        return [str(choice["name"]) for choice in interaction.choices or ()]

    def press(self, message: Message, button: str) -> Interaction:
        """Press a button, by its custom id or its label."""
        part = self._part(message, {limits.BUTTON}, button)
        assert part.get("style") != limits.LINK_STYLE, f"{button!r} is a link"
        data: Json = {"custom_id": part["custom_id"], "component_type": part["type"]}
        return self._interact(COMPONENT, message.channel, {**data, "id": part["id"]}, message)

    def choose(self, message: Message, select: str, values: Sequence[str]) -> Interaction:
        """Choose in a select, by its custom id; values by themselves or by their labels."""
        part = self._part(message, {limits.STRING_SELECT}, select)
        known = {option["label"]: option["value"] for option in part["options"]}
        known |= {option["value"]: option["value"] for option in part["options"]}
        missing = [value for value in values if value not in known]
        assert not missing, f"{select!r} has no {missing}"
        low, high = bounds(part)
        assert low <= len(values) <= high, f"{select!r} takes {low} to {high} values"
        data: Json = {
            "custom_id": part["custom_id"],
            "component_type": part["type"],
            "id": part["id"],
            "values": [known[value] for value in values],
        }
        return self._interact(COMPONENT, message.channel, data, message)

    async def modal(self, interaction: Interaction) -> Json:
        """Wait for the dialog that an interaction opens."""
        assert interaction.user is self.user, "the dialog opens for somebody else"
        await self.fake.until(lambda: interaction.answer is not None, "an answer")
        assert interaction.modal is not None, "the answer was no dialog"
        return interaction.modal

    def submit(
        self,
        interaction: Interaction,
        fields: Mapping[str, str | Sequence[str]],
        files: Mapping[str, Files] | None = None,
    ) -> Interaction:
        """Fill in the dialog that an interaction opened, by custom ids or labels, and send it."""
        assert interaction.user is self.user, "the dialog opened for somebody else"
        assert interaction.modal is not None, "no dialog is open"
        assert not interaction.modal_used, "the dialog was sent already"
        kept = {
            name: [self._upload_alone(interaction.channel, *file) for file in some]
            for name, some in (files or {}).items()
        }
        components = filled(interaction.modal, fields, kept)
        interaction.modal_used = True
        data: Json = {
            "custom_id": interaction.modal["custom_id"],
            "components": components,
            "resolved": {},
        }
        links = self.fake.backend.links
        every = [file for some in kept.values() for file in some]
        if every:
            data["resolved"] = {
                "attachments": {str(file.id): payloads.attachment(file, links) for file in every}
            }
        return self._interact(MODAL_SUBMIT, interaction.channel, data, interaction.message)

    def _upload_alone(self, place: Channel, name: str, content: bytes) -> File:
        file = self._upload(place, name, content)
        file.ephemeral = True
        return file

    async def answered(self, interaction: Interaction) -> Message:
        """Wait for the bot's words on an interaction, past its thinking; the last of them."""
        await self.fake.until(
            lambda: interaction.messages and not interaction.waits, "an answer in words"
        )
        return interaction.messages[-1]

    def _interact(
        self, kind: int, place: Channel, data: Json, message: Message | None = None
    ) -> Interaction:
        world = self.fake.world
        number = world.ids.next()
        interaction = Interaction(
            id=number,
            token=f"interaction-{uuid.uuid4().hex}",
            kind=kind,
            user=self.user,
            channel=place,
            at=self.fake.clock.now,
            data=data,
            message=message,
        )
        world.interactions[interaction.token] = interaction
        made = payloads.interaction(interaction, world, self.fake.backend.links)
        for session in self.fake.gateway.sessions.values():
            session.tell("INTERACTION_CREATE", made)
        return interaction

    def _part(self, message: Message, kinds: Iterable[int], name: str) -> Json:
        assert self._reads(message), f"{self.user.name} does not see the message"
        assert not message.flags & LOADING, "the bot is still thinking"
        found = [
            part
            for part in limits.every(message.components)
            if part["type"] in kinds and name in {part.get("custom_id"), part.get("label")}
        ]
        there = [part.get("custom_id") for part in limits.every(message.components)]
        assert found, f"{name!r} is not on the message; there is {[one for one in there if one]}"
        assert not found[0].get("disabled"), f"{name!r} is disabled"
        return found[0]

    # --- seeing -------------------------------------------------------------------------------

    def sees(self, place: Channel) -> list[Message]:
        """What they read in a channel or thread now, ephemeral answers to them among it."""
        self.must(place)
        history = Allow.READ_MESSAGE_HISTORY in self.fake.world.permissions(self.user, place)
        found = list(place.messages.values()) if history or place.kind is Kind.DIRECT else []
        for interaction in self.fake.world.interactions.values():
            if interaction.channel is place and interaction.user is self.user:
                found += (one for one in self._private(interaction) if one not in found)
        return sorted(found, key=lambda message: message.id)

    def _private(self, interaction: Interaction) -> list[Message]:
        some = [*interaction.messages, *([interaction.original] if interaction.original else ())]
        return [one for one in some if one.only_for is self.user and not one.deleted]

    def reads(self, place: Channel) -> str:
        """All words that they see in a channel or thread."""
        return "\n".join(message.text for message in self.sees(place))

    def _reads(self, message: Message) -> bool:
        return not message.deleted and message in self.sees(message.channel)
