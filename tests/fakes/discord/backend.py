"""What all routes share: the world, the gateway that reports on it, and the first refusals."""

import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.fakes.discord import errors, limits, payloads
from tests.fakes.discord.errors import Json
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.links import Links
from tests.fakes.discord.model import (
    MESSAGE_CONTENT_FLAGS,
    Channel,
    File,
    Guild,
    Message,
    User,
    World,
)
from tests.fakes.discord.permissions import Allow
from tests.fakes.discord.rest import Call, number

MENTION = re.compile(r"<@!?(\d+)>")
FIRST_FILE = 10
"""Numbers below are places in an upload, others are ids of attachments that stay."""


@dataclass(eq=False)
class Backend:
    """The world, and the gateway that reports what happens in it."""

    world: World
    gateway: Gateway
    links: Links

    # --- finding ------------------------------------------------------------------------------

    def channel(self, where: object) -> Channel:
        """A channel that the bot sees."""
        place = self.world.channels.get(number(where))
        if place is None or place.deleted:
            raise errors.unknown_channel()
        if not self.world.sees(self.world.bot, place):
            raise errors.missing_access()
        return place

    def guild(self, call: Call) -> Guild:
        """A guild that the bot is in."""
        guild = self.world.guilds.get(call.id("guild_id"))
        if guild is None:
            raise errors.unknown_guild()
        if self.world.bot.id not in guild.members:
            raise errors.missing_access()
        return guild

    def message(self, call: Call) -> Message:
        """A message in a channel that the bot sees; never an ephemeral one."""
        place = self.channel(call.at["channel_id"])
        message = place.messages.get(call.id("message_id"))
        if message is None:
            raise errors.unknown_message()
        return message

    def need(self, place: Channel, *needed: Allow) -> None:
        """Refuse unless the bot may do all that."""
        allowed = self.world.permissions(self.world.bot, place)
        if any(one not in allowed for one in needed):
            raise errors.missing_permissions()

    def may(self, place: Channel, needed: Allow) -> bool:
        """Whether the bot may do that."""
        return needed in self.world.permissions(self.world.bot, place)

    # --- showing ------------------------------------------------------------------------------

    def show(self, message: Message) -> Json:
        """A message over REST: blank where the application may not read it."""
        made = payloads.message(message, self.world, self.links)
        guild = message.channel.guild
        if guild is None or self.world.app_flags & MESSAGE_CONTENT_FLAGS:
            return made
        blank = payloads.blanked({**made, "guild_id": str(guild.id)}, self.world.bot)
        del blank["guild_id"]
        return blank

    # --- writing ------------------------------------------------------------------------------

    def check(self, call: Call, body: Json, prefix: str = "") -> None:
        """Refuse a message that is over a limit."""
        limits.check_message(body, prefix)
        if len(call.files) > limits.FILES:
            raise errors.invalid_form(limits.too_long(f"{prefix}attachments", limits.FILES))
        if any(len(content) > self.world.file_bytes for _, content in call.files.values()):
            raise errors.too_large()

    def uploads(self, call: Call, body: Json, place: Channel) -> list[File]:
        """Keep the files of a request, in the order of its list of attachments."""
        listed = {
            number(entry["id"]): entry
            for entry in body.get("attachments") or ()
            if number(entry["id"]) < FIRST_FILE
        }
        unknown = listed.keys() - call.files.keys()
        if unknown:
            words = f"There is no file with the number {min(unknown)}."
            raise errors.invalid_form(("attachments", "ATTACHMENT_NOT_FOUND", words))
        return [
            self._kept(place, call.files[place_in], listed.get(place_in, {}))
            for place_in in sorted(call.files)
        ]

    def _kept(self, place: Channel, upload: tuple[str, bytes], listed: Json) -> File:
        name, content = upload
        name = listed.get("filename") or name
        file = self.world.new_file(place, name, content, media_type(name))
        file.description = listed.get("description")
        return file

    def fill(self, message: Message, body: Json, files: list[File]) -> None:
        """Give a message the parts that a body names; others stay as they are."""
        if "content" in body:
            message.content = body["content"] or ""
            message.mentions = self.mentioned(message)
        if "embeds" in body:
            message.embeds = body["embeds"] or []
        if "components" in body:
            message.components = numbered(body["components"] or [])
        if body.get("allowed_mentions") is not None:
            message.allowed_mentions = body["allowed_mentions"]
        if body.get("flags"):
            message.flags |= int(body["flags"])
        self._attach(message, files)

    def _attach(self, message: Message, files: list[File]) -> None:
        """Files that an embed shows are no attachments of their own."""
        every = [*message.files, *message.embedded, *files]
        named = {str(part.get("url", "")) for part in _pictures(message.embeds)}
        message.embedded = [file for file in every if f"attachment://{file.name}" in named]
        message.files = [file for file in every if file not in message.embedded]

    def mentioned(self, message: Message) -> list[User]:
        """Those whom a message names."""
        numbers = dict.fromkeys(int(found) for found in MENTION.findall(message.content))
        return [self.world.users[one] for one in numbers if one in self.world.users]

    def say_nothing_empty(self, message: Message) -> None:
        """Refuse a message without anything in it."""
        parts: tuple[Any, ...] = (
            message.content.strip(),
            message.embeds,
            message.components,
            message.files,
            message.embedded,
        )
        if not any(parts):
            raise errors.empty_message()

    def revive(self, place: Channel, by: User) -> None:
        """What is said in an archived thread brings it back, unless it is locked."""
        if place.archived:
            if place.locked and Allow.MANAGE_THREADS not in self.world.permissions(by, place):
                raise errors.thread_archived()
            self.set_archived(place, archived=False)

    def set_archived(self, thread: Channel, *, archived: bool) -> None:
        """Archive a thread, or bring it back."""
        thread.archived = archived
        thread.archive_changed_at = self.world.clock.tick()
        self.gateway.tell("THREAD_UPDATE", payloads.channel(thread), thread)


def _pictures(embeds: Iterable[Json]) -> Iterable[Json]:
    return (embed.get(part) or {} for embed in embeds for part in ("image", "thumbnail"))


def numbered(components: list[Json]) -> list[Json]:
    """Components with the ids that Discord gives those that have none."""
    made = [_copy(component) for component in components]
    taken = {entry["id"] for entry in limits.every(made) if "id" in entry}
    free = (one for one in range(1, 1 << 16) if one not in taken)
    for entry in limits.every(made):
        entry.setdefault("id", next(free))
    return made


def _copy(component: Json) -> Json:
    made = dict(component)
    if isinstance(made.get("components"), list):
        made["components"] = [_copy(part) for part in made["components"]]
    for key in ("component", "accessory"):
        if isinstance(made.get(key), dict):
            made[key] = _copy(made[key])
    return made


def media_type(name: str) -> str:
    """What Discord takes a file for; it goes by the name."""
    guessed, _ = mimetypes.guess_type(name, strict=False)
    if guessed is None:
        return "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed
