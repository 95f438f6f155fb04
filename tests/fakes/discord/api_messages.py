"""Routes of messages."""

from dataclasses import dataclass

from tests.fakes.discord import errors, payloads
from tests.fakes.discord.backend import Backend
from tests.fakes.discord.errors import Json
from tests.fakes.discord.limits import is_v2
from tests.fakes.discord.model import IS_COMPONENTS_V2, NONCE_REMEMBERED, Channel, Kind, Message
from tests.fakes.discord.permissions import Allow
from tests.fakes.discord.rest import Call, Reply, Route, number

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = f"{MESSAGES}/{{message_id}}"
PAGE, MOST = 50, 100
NONCE_CHARS = 25


@dataclass(eq=False)
class MessageRoutes:
    """Create, read, change and delete messages."""

    backend: Backend

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("POST", MESSAGES, self.create, self.check),
            Route("GET", MESSAGES, self.history),
            Route("GET", MESSAGE, self.one),
            Route("PATCH", MESSAGE, self.edit, self.check),
            Route("DELETE", MESSAGE, self.delete),
            Route("POST", "/channels/{channel_id}/typing", self.typing),
            Route("POST", "/users/@me/channels", self.open_direct),
        ]

    def check(self, call: Call) -> None:
        """Refuse what is over a limit."""
        body: Json = call.body or {}
        self.backend.check(call, body)
        if len(str(body.get("nonce") or "")) > NONCE_CHARS:
            sentence = "Must be 25 or fewer in length."
            raise errors.invalid_form(("nonce", "BASE_TYPE_MAX_LENGTH", sentence))

    def create(self, call: Call) -> Reply:
        """POST a message."""
        body: Json = call.body or {}
        backend = self.backend
        place = backend.channel(call.at["channel_id"])
        self._may_write(place, body, call)
        known = self._known(body)
        if known is not None:
            return Reply(backend.show(known))
        world = backend.world
        reply_to = self._replied(place, body)
        files = backend.uploads(call, body, place)
        message = Message(id=0, channel=place, author=world.bot, at=world.clock.now)
        backend.fill(message, body, files)
        backend.say_nothing_empty(message)
        backend.revive(place, world.bot)
        message.id, message.at = world.ids.next(), world.clock.now
        message.nonce = None if body.get("nonce") is None else str(body["nonce"])
        message.reply_to = reply_to
        place.messages[message.id] = message
        if message.nonce is not None:
            world.nonces[message.nonce] = message
        backend.gateway.tell_of_message("MESSAGE_CREATE", message)
        return Reply({**backend.show(message), "nonce": message.nonce})

    def _may_write(self, place: Channel, body: Json, call: Call) -> None:
        if place.kind is Kind.DIRECT:
            assert place.recipient is not None
            if not place.recipient.takes_messages or place.recipient.bot:
                raise errors.no_direct_messages()
            return
        needed = Allow.SEND_MESSAGES_IN_THREADS if place.is_thread else Allow.SEND_MESSAGES
        self.backend.need(place, needed)
        if call.files:
            self.backend.need(place, Allow.ATTACH_FILES)
        if body.get("embeds"):
            self.backend.need(place, Allow.EMBED_LINKS)

    def _known(self, body: Json) -> Message | None:
        """The message that the same nonce made a moment ago.

        One that was deleted since is not made again: discord/discord-api-docs#6647.
        """
        world = self.backend.world
        known = world.nonces.get(str(body.get("nonce")))
        if known is None or not body.get("enforce_nonce"):
            return None
        if known.at < world.clock.now - NONCE_REMEMBERED:
            return None
        if known.deleted:
            raise errors.unknown_message()
        return known

    def _replied(self, place: Channel, body: Json) -> Message | None:
        reference: Json | None = body.get("message_reference")
        if reference is None:
            return None
        found = place.messages.get(number(reference["message_id"]))
        if found is None and reference.get("fail_if_not_exists", True):
            words = "Unknown message"
            raise errors.invalid_form(("message_reference", "REPLIES_UNKNOWN_MESSAGE", words))
        return found

    def history(self, call: Call) -> Reply:
        """GET messages, newest first."""
        place = self.backend.channel(call.at["channel_id"])
        limit = number(call.query.get("limit", PAGE))
        if not 1 <= limit <= MOST:
            words = "int value should be less than or equal to 100."
            raise errors.invalid_form(("limit", "NUMBER_TYPE_MAX", words))
        if not self.backend.may(place, Allow.READ_MESSAGE_HISTORY):
            return Reply([])
        found = _page(sorted(place.messages), call, limit)
        return Reply([self.backend.show(place.messages[one]) for one in reversed(found)])

    def one(self, call: Call) -> Reply:
        """GET one message."""
        message = self.backend.message(call)
        self.backend.need(message.channel, Allow.READ_MESSAGE_HISTORY)
        return Reply(self.backend.show(message))

    def edit(self, call: Call) -> Reply:
        """PATCH one's own message."""
        message = self.backend.message(call)
        if message.author is not self.backend.world.bot:
            raise errors.not_your_message()
        if message.channel.archived:
            raise errors.thread_archived()
        self.change(message, call, call.body or {})
        return Reply(self.backend.show(message))

    def change(self, message: Message, call: Call, body: Json) -> None:
        """Change a message of the bot as a body says, and tell of it."""
        backend = self.backend
        if message.flags & IS_COMPONENTS_V2 and not is_v2(body) and body.get("content"):
            backend.check(call, {**body, "flags": IS_COMPONENTS_V2})
        files = backend.uploads(call, body, message.channel)
        before = vars(message).copy()
        listed = body.get("attachments")
        if listed is not None:
            kept = {number(entry["id"]) for entry in listed}
            message.files = [file for file in message.files if file.id in kept]
            message.embedded = [file for file in message.embedded if file.id in kept]
        backend.fill(message, body, files)
        try:
            backend.say_nothing_empty(message)
        except errors.ApiError:
            vars(message).update(before)  # a change that is refused changes nothing
            raise
        message.edited_at = backend.world.clock.tick()
        backend.gateway.tell_of_message("MESSAGE_UPDATE", message)

    def delete(self, call: Call) -> Reply:
        """DELETE a message."""
        message = self.backend.message(call)
        if message.author is not self.backend.world.bot:
            self.backend.need(message.channel, Allow.MANAGE_MESSAGES)
        remove(self.backend, message)
        return Reply(status=204)

    def typing(self, call: Call) -> Reply:
        """Say that one is typing."""
        self.backend.channel(call.at["channel_id"])
        return Reply(status=204)

    def open_direct(self, call: Call) -> Reply:
        """Open direct messages with somebody. Whether they take any shows when one is sent."""
        user = self.backend.world.users.get(number(call.body["recipient_id"]))
        if user is None:
            raise errors.unknown_user()
        if user is self.backend.world.bot:
            raise errors.no_direct_messages()
        return Reply(payloads.channel(self.backend.world.direct(user)))


def remove(backend: Backend, *messages: Message) -> None:
    """Delete messages of one place with their files; a thread that was opened for one stays."""
    for message in messages:
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        for file in (*message.files, *message.embedded):
            file.deleted = True
    backend.gateway.tell_of_deletion(*messages)


def _page(numbers: list[int], call: Call, limit: int) -> list[int]:
    """The ids that are asked for, oldest first."""
    if "around" in call.query:
        middle = number(call.query["around"])
        older = [one for one in numbers if one < middle][-(limit // 2) :]
        newer = [one for one in numbers if one >= middle]
        return older + newer[: limit - len(older)]
    if "after" in call.query:
        return [one for one in numbers if one > number(call.query["after"])][:limit]
    if "before" in call.query:
        numbers = [one for one in numbers if one < number(call.query["before"])]
    return numbers[-limit:]
