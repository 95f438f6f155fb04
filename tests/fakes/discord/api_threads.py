"""Routes of channels and threads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.fakes.discord import errors, payloads
from tests.fakes.discord.backend import Backend
from tests.fakes.discord.errors import Json
from tests.fakes.discord.model import Channel, Kind
from tests.fakes.discord.permissions import Allow
from tests.fakes.discord.rest import Call, Reply, Route

CHANNEL = "/channels/{channel_id}"
OF_MESSAGE = f"{CHANNEL}/messages/{{message_id}}/threads"
NAME_CHARS = 100
ARCHIVE_MINUTES = {60, 1440, 4320, 10080}
PAGE = 50
THREAD_STARTER = 21


@dataclass(eq=False)
class ThreadRoutes:
    """Channels, and the threads in them."""

    backend: Backend

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("GET", CHANNEL, self.one),
            Route("PATCH", CHANNEL, self.edit, self.check),
            Route("DELETE", CHANNEL, self.delete),
            Route("POST", OF_MESSAGE, self.from_message, self.check),
            Route("POST", f"{CHANNEL}/threads", self.create, self.check),
            Route("GET", f"{CHANNEL}/threads/archived/public", self.archived),
            Route("GET", f"{CHANNEL}/threads/archived/private", self.archived_private),
            Route("PUT", f"{CHANNEL}/thread-members/@me", self.join),
            Route("DELETE", f"{CHANNEL}/thread-members/@me", self.join),
            Route("GET", "/guilds/{guild_id}/threads/active", self.active),
        ]

    def check(self, call: Call) -> None:
        """Refuse names and times that threads cannot have."""
        body: Json = call.body or {}
        if "name" in body and not 1 <= len(str(body["name"] or "")) <= NAME_CHARS:
            words = "Must be between 1 and 100 in length."
            raise errors.invalid_form(("name", "BASE_TYPE_BAD_LENGTH", words))
        minutes = body.get("auto_archive_duration")
        if minutes is not None and minutes not in ARCHIVE_MINUTES:
            words = "Value must be one of {60, 1440, 4320, 10080}."
            raise errors.invalid_form(("auto_archive_duration", "BASE_TYPE_CHOICES", words))

    def one(self, call: Call) -> Reply:
        """GET a channel or thread."""
        return Reply(payloads.channel(self.backend.channel(call.at["channel_id"])))

    def from_message(self, call: Call) -> Reply:
        """Open the thread that belongs to a message; it gets the message's id."""
        message = self.backend.message(call)
        place = message.channel
        if place.kind is not Kind.TEXT:
            raise errors.wrong_channel_type()
        self.backend.need(place, Allow.CREATE_PUBLIC_THREADS)
        if message.id in self.backend.world.channels:
            raise errors.thread_exists()
        reply = self._opened(place, call.body, message.id)
        thread = self.backend.world.channels[message.id]
        # The history of such a thread begins with a system message that points at what it is about.
        self.backend.world.new_message(
            thread, message.author, kind=THREAD_STARTER, reply_to=message
        )
        self.backend.gateway.tell_of_message("MESSAGE_UPDATE", message)  # it has a thread now
        return reply

    def create(self, call: Call) -> Reply:
        """Open a thread that belongs to no message."""
        place = self.backend.channel(call.at["channel_id"])
        if place.kind is not Kind.TEXT:
            raise errors.wrong_channel_type()
        private = call.body.get("type") == Kind.PRIVATE_THREAD
        self.backend.need(
            place, Allow.CREATE_PRIVATE_THREADS if private else Allow.CREATE_PUBLIC_THREADS
        )
        return self._opened(place, call.body, kind=Kind(call.body.get("type", Kind.PRIVATE_THREAD)))

    def _opened(
        self, place: Channel, body: Json, number: int = 0, kind: Kind = Kind.PUBLIC_THREAD
    ) -> Reply:
        world = self.backend.world
        thread = world.new_thread(place, body["name"], world.bot, number)
        thread.kind = kind
        thread.auto_archive_minutes = body.get("auto_archive_duration") or 4320
        made = payloads.channel(thread)
        self.backend.gateway.tell("THREAD_CREATE", {**made, "newly_created": True}, thread)
        return Reply({**made, "member": self._membership(thread)}, 201)

    def _membership(self, thread: Channel) -> Json:
        return {
            "id": str(thread.id),
            "user_id": str(self.backend.world.bot.id),
            "join_timestamp": payloads.stamp(self.backend.world.clock.now),
            "flags": 0,
        }

    def edit(self, call: Call) -> Reply:
        """PATCH a thread: rename, archive, bring back. Of channels, the name alone."""
        place = self.backend.channel(call.at["channel_id"])
        body: Json = call.body
        if not place.is_thread:
            self.backend.need(place, Allow.MANAGE_CHANNELS)
            place.name = body.get("name") or place.name
            self.backend.gateway.tell("CHANNEL_UPDATE", payloads.channel(place), place)
            return Reply(payloads.channel(place))
        self._may_edit(place, body)
        if place.archived and body.get("archived") is not False:
            raise errors.thread_archived()
        place.name = body.get("name") or place.name
        place.auto_archive_minutes = body.get("auto_archive_duration") or place.auto_archive_minutes
        place.locked = bool(body.get("locked", place.locked))
        self.backend.set_archived(place, archived=bool(body.get("archived", place.archived)))
        return Reply(payloads.channel(place))

    def _may_edit(self, thread: Channel, body: Json) -> None:
        """Its opener may, and those who manage threads; whoever writes there brings it back."""
        may = self.backend.may
        if may(thread, Allow.MANAGE_THREADS):
            return
        if "locked" in body or (thread.locked and thread.archived):
            raise errors.missing_permissions()
        if body == {"archived": False} and may(thread, Allow.SEND_MESSAGES_IN_THREADS):
            return
        if thread.owner is not self.backend.world.bot:
            raise errors.missing_permissions()

    def delete(self, call: Call) -> Reply:
        """DELETE a channel or thread."""
        place = self.backend.channel(call.at["channel_id"])
        needed = Allow.MANAGE_THREADS if place.is_thread else Allow.MANAGE_CHANNELS
        self.backend.need(place, needed)
        remove(self.backend, place)
        return Reply(payloads.channel(place))

    def join(self, call: Call) -> Reply:
        """Join or leave a thread, which changes nothing that the fake knows."""
        self.backend.channel(call.at["channel_id"])
        return Reply(status=204)

    def archived(self, call: Call) -> Reply:
        """Archived threads of a channel, the one archived last first."""
        return self._archived(call, Kind.PUBLIC_THREAD)

    def archived_private(self, call: Call) -> Reply:
        """Archived private threads; only those who manage threads see them all."""
        self.backend.need(self.backend.channel(call.at["channel_id"]), Allow.MANAGE_THREADS)
        return self._archived(call, Kind.PRIVATE_THREAD)

    def _archived(self, call: Call, kind: Kind) -> Reply:
        place = self.backend.channel(call.at["channel_id"])
        assert place.guild is not None
        self.backend.need(place, Allow.READ_MESSAGE_HISTORY)
        found = [
            thread
            for thread in place.guild.threads.values()
            if thread.parent is place and thread.archived and thread.kind is kind
        ]
        found.sort(key=_archived_at, reverse=True)
        if "before" in call.query:
            before = datetime.fromisoformat(call.query["before"])
            found = [thread for thread in found if _archived_at(thread) < before]
        limit = int(call.query.get("limit", PAGE))
        return Reply({**self._listed(found[:limit]), "has_more": len(found) > limit})

    def active(self, call: Call) -> Reply:
        """All threads of a guild that the bot sees and that are not archived."""
        world = self.backend.world
        threads = self.backend.guild(call).threads.values()
        going = (thread for thread in threads if not thread.archived)
        return Reply(self._listed(thread for thread in going if world.sees(world.bot, thread)))

    def _listed(self, threads: Iterable[Channel]) -> Json:
        kept = sorted(threads, key=_archived_at, reverse=True)
        mine = [thread for thread in kept if thread.owner is self.backend.world.bot]
        return {
            "threads": [payloads.channel(thread) for thread in kept],
            "members": [self._membership(thread) for thread in mine],
        }


def _archived_at(thread: Channel) -> datetime:
    assert thread.archive_changed_at is not None
    return thread.archive_changed_at


def remove(backend: Backend, place: Channel) -> None:
    """Delete a channel with its threads, or a thread, and tell of it."""
    guild = place.guild
    assert guild is not None
    place.deleted = True
    if place.is_thread:
        del guild.threads[place.id]
        assert place.parent is not None
        data: Json = {
            "id": str(place.id),
            "guild_id": str(guild.id),
            "parent_id": str(place.parent.id),
            "type": int(place.kind),
        }
        backend.gateway.tell("THREAD_DELETE", data, place)
        return
    for thread in [one for one in guild.threads.values() if one.parent is place]:
        thread.deleted = True
        del guild.threads[thread.id]
    del guild.channels[place.id]
    backend.gateway.tell("CHANNEL_DELETE", payloads.channel(place), place)
