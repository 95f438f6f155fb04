"""Routes that answer interactions: the first answer within 3 s, all others within 15 min."""

from dataclasses import dataclass

from tests.fakes.discord import errors, limits, payloads
from tests.fakes.discord.api_messages import MessageRoutes, remove
from tests.fakes.discord.backend import Backend, numbered
from tests.fakes.discord.errors import Json
from tests.fakes.discord.model import (
    ANSWER_WITHIN,
    EPHEMERAL,
    LOADING,
    TOKEN_LASTS,
    Interaction,
    Message,
)
from tests.fakes.discord.rest import Call, Reply, Route

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
ONE = f"{WEBHOOK}/messages/{{message_id}}"
ORIGINAL = f"{WEBHOOK}/messages/@original"

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
"""Kinds of interaction."""

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
"""Kinds of first answer."""

FITTING = {
    COMMAND: {MESSAGE, DEFERRED, MODAL},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
}


@dataclass(eq=False)
class InteractionRoutes:
    """First answers, follow-ups, and changes of both."""

    backend: Backend
    messages: MessageRoutes

    def routes(self) -> list[Route]:
        """All of them. `@original` comes before the ids, which it looks like."""
        return [
            Route("POST", CALLBACK, self.answer, self.check_answer, open_to_all=True),
            Route("POST", WEBHOOK, self.follow_up, self.check, open_to_all=True),
            Route("GET", ORIGINAL, self.original, open_to_all=True),
            Route("PATCH", ORIGINAL, self.edit_original, self.check, open_to_all=True),
            Route("DELETE", ORIGINAL, self.delete_original, open_to_all=True),
            Route("GET", ONE, self.one, open_to_all=True),
            Route("PATCH", ONE, self.edit_one, self.check, open_to_all=True),
            Route("DELETE", ONE, self.delete_one, open_to_all=True),
        ]

    def check(self, call: Call) -> None:
        """Refuse what is over a limit."""
        self.backend.check(call, call.body or {})

    def check_answer(self, call: Call) -> None:
        """Refuse a first answer that is over a limit."""
        body: Json = call.body
        data: Json = body.get("data") or {}
        match body.get("type"):
            case 8:
                limits.check_choices(data)
            case 9:
                limits.check_modal(data)
            case _:
                self.backend.check(call, data, "data.")

    # --- the first answer ---------------------------------------------------------------------

    def answer(self, call: Call) -> Reply:
        """Answer an interaction for the first time."""
        world = self.backend.world
        interaction = world.interactions.get(call.at["interaction_token"])
        if interaction is None or interaction.id != call.id("interaction_id"):
            raise errors.unknown_interaction()
        if interaction.answer is not None:
            raise errors.already_acknowledged()
        if world.clock.now - interaction.at > ANSWER_WITHIN:
            raise errors.unknown_interaction()
        kind = call.body["type"]
        fitting = FITTING[interaction.kind]
        if interaction.message is None:
            fitting = fitting - {DEFERRED_UPDATE, UPDATE}
        if kind not in fitting:
            words = f"Value must be one of {sorted(fitting)}."
            raise errors.invalid_form(("type", "BASE_TYPE_CHOICES", words))
        self._take(interaction, kind, call, call.body.get("data") or {})
        interaction.answer = kind
        if call.query.get("with_response") in {"1", "true"}:
            return Reply(payloads.callback(interaction, world, self.backend.links))
        return Reply(status=204)

    def _take(self, interaction: Interaction, kind: int, call: Call, data: Json) -> None:
        match kind:
            case 4:
                interaction.original = self._said(interaction, call, data)
            case 5:
                flags = LOADING | (int(data.get("flags") or 0) & EPHEMERAL)
                interaction.original = self._new(interaction, flags)
                interaction.waits = True
                self.backend.gateway.tell_of_message("MESSAGE_CREATE", interaction.original)
            case 6:
                interaction.original = interaction.message
            case 7:
                assert interaction.message is not None
                interaction.original = interaction.message
                self.messages.change(interaction.message, call, data)
            case 8:
                interaction.choices = data.get("choices") or []
            case _:
                interaction.modal = {**data, "components": numbered(data["components"])}

    def _new(self, interaction: Interaction, flags: int) -> Message:
        world = self.backend.world
        return world.new_message(
            interaction.channel,
            world.bot,
            flags=flags,
            only_for=interaction.user if flags & EPHEMERAL else None,
            interaction=interaction,
            webhook_id=world.application_id,
        )

    def _said(self, interaction: Interaction, call: Call, body: Json) -> Message:
        """A new message that answers."""
        backend, place = self.backend, interaction.channel
        files = backend.uploads(call, body, place)
        draft = Message(id=0, channel=place, author=backend.world.bot, at=interaction.at)
        backend.fill(draft, body, files)
        backend.say_nothing_empty(draft)
        message = self._new(interaction, int(body.get("flags") or 0))
        backend.fill(message, body, files)
        for file in (*message.files, *message.embedded):
            file.ephemeral = message.only_for is not None
        interaction.messages.append(message)
        backend.gateway.tell_of_message("MESSAGE_CREATE", message)
        return message

    # --- what follows -------------------------------------------------------------------------

    def _interaction(self, call: Call) -> Interaction:
        """The answered interaction that a token belongs to."""
        world = self.backend.world
        found = world.interactions.get(call.at["webhook_token"])
        if found is None or call.id("webhook_id") != world.application_id:
            raise errors.unknown_webhook()
        if world.clock.now - found.at > TOKEN_LASTS:
            raise errors.invalid_webhook_token()
        if found.answer is None or found.answer == CHOICES:
            raise errors.unknown_webhook()
        return found

    def follow_up(self, call: Call) -> Reply:
        """Say more. After “thinking” the first one takes its place, and its privacy."""
        body: Json = call.body or {}
        interaction = self._interaction(call)
        if interaction.waits and interaction.original is not None:
            message = interaction.original
            self._filled(interaction, message, call, body)
        else:
            message = self._said(interaction, call, body)
        return Reply(payloads.message(message, self.backend.world, self.backend.links))

    def original(self, call: Call) -> Reply:
        """The first answer."""
        return self._shown(self._original(self._interaction(call)))

    def edit_original(self, call: Call) -> Reply:
        """Change the first answer."""
        interaction = self._interaction(call)
        message = self._original(interaction)
        self._filled(interaction, message, call, call.body or {})
        return self._shown(message)

    def delete_original(self, call: Call) -> Reply:
        """Take the first answer back."""
        remove(self.backend, self._original(self._interaction(call)))
        return Reply(status=204)

    def one(self, call: Call) -> Reply:
        """One of the answers."""
        return self._shown(self._one(call))

    def edit_one(self, call: Call) -> Reply:
        """Change one of the answers."""
        message = self._one(call)
        self._filled(self._interaction(call), message, call, call.body or {})
        return self._shown(message)

    def delete_one(self, call: Call) -> Reply:
        """Take one of the answers back."""
        remove(self.backend, self._one(call))
        return Reply(status=204)

    def _original(self, interaction: Interaction) -> Message:
        if interaction.original is None or interaction.original.deleted:
            raise errors.unknown_message()
        return interaction.original

    def _one(self, call: Call) -> Message:
        interaction = self._interaction(call)
        for message in (*interaction.messages, interaction.original):
            if message is not None and message.id == call.id("message_id") and not message.deleted:
                return message
        raise errors.unknown_message()

    def _filled(self, interaction: Interaction, message: Message, call: Call, body: Json) -> None:
        """Change an answer; one that was waited for is there now."""
        flags = int(body.get("flags") or 0) & ~EPHEMERAL  # the deferral has settled who reads it
        self.messages.change(message, call, {**body, "flags": flags})
        if message is interaction.original and interaction.waits:
            interaction.waits = False
            message.flags &= ~LOADING
            message.edited_at = None
            interaction.messages.append(message)
        for file in (*message.files, *message.embedded):
            file.ephemeral = message.only_for is not None

    def _shown(self, message: Message) -> Reply:
        return Reply(payloads.message(message, self.backend.world, self.backend.links))
