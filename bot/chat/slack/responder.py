"""Answers to commands, buttons and forms, within the time that Slack gives."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from typing_extensions import override

from bot.chat.common.plain import plain
from bot.chat.slack import forms, refs
from bot.chat.slack.errors import translate_errors
from bot.chat.slack.payload import Payload, part, parts, word
from bot.chat.slack.render import Made, Picture, render, spent_row
from bot.domain.chat.message import Form, Message
from bot.domain.chat.port import Responder
from bot.domain.chat.refs import ConversationRef
from bot.domain.errors import ExpiredError, TransientError

MAX_DECIDING_S = 2.0
"""A form that was sent may be kept open with words on what is wrong: Slack waits 3 s for that."""

MAX_ANSWERING_S = 20.0
"""Whoever writes in the same conversation waits for it; after that the outbox takes over."""

TOO_LATE = {404, 410}
"""An address for answers that was used five times, or is older than half an hour."""

OK = 200


@dataclass(slots=True, kw_only=True)
class SlackResponder(Responder):
    """Answers one command, button or form.

    Attributes:
        body: What Slack sent of it.
        about: The channel or thread that it is about.
        base: The workspace's address.
        refusal: What is wrong with a form, once the core has said so; None where it took it.
    """

    client: AsyncWebClient
    body: Payload
    about: ConversationRef
    base: str
    _decided: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _closed: bool = field(default=False, init=False)
    refusal: dict[str, str] | None = field(default=None, init=False)

    @override
    async def reply(self, message: Message) -> None:
        self._decided.set()
        made = render(message, base=self.base, tag=refs.tag(self.about))
        blocks = [part for part in made.blocks if not isinstance(part, Picture)]
        if len(blocks) < len(made.blocks) or made.rest or made.files:
            # An answer for one person alone has no files: the caller posts it in direct messages.
            raise ExpiredError("It does not fit into an answer that only one person sees.")
        with translate_errors("answer a command"):
            async with asyncio.timeout(MAX_ANSWERING_S):
                if self._url:
                    await self._respond(text=made.notice, blocks=blocks, response_type="ephemeral")
                else:
                    await self._whisper(made.notice, blocks)

    @override
    async def refuse(self, message: Message) -> None:
        if not self._is_form or self._closed:
            await self.reply(message)
            return
        self.refusal = forms.errors(self.body["view"], plain(message))
        self._decided.set()

    async def decided(self) -> dict[str, str] | None:
        """What is wrong with a form, as soon as that is known; None if nothing, or not in time."""
        try:
            async with asyncio.timeout(MAX_DECIDING_S):
                await self._decided.wait()
        except TimeoutError:
            pass
        self._closed = True
        return self.refusal

    @override
    async def open_form(self, form: Form) -> None:
        trigger, web = word(self.body, "trigger_id"), cast("Any", self.client)
        with translate_errors("open a form"):
            await web.views_open(trigger_id=trigger, view=forms.modal(form, self.about))

    @override
    async def spend(self) -> None:
        container = part(self.body, "container")
        channel = word(container, "channel_id")
        if container.get("is_ephemeral"):
            # Slack does not tell what stood in it.
            await self._respond(text="…", blocks=[spent_row(self._labels)], replace_original=True)
        elif channel.startswith(refs.DIRECT):
            message = part(self.body, "message")
            blocks = [_spent(block) for block in parts(message, "blocks")]
            with translate_errors("spend a button"):
                web: Any = self.client
                await web.chat_update(
                    channel=channel,
                    ts=str(container["message_ts"]),
                    text=word(message, "text") or "…",
                    blocks=blocks,
                )

    @property
    def _labels(self) -> Sequence[str]:
        return [_label(pressed) for pressed in parts(self.body, "actions")]

    @property
    def _url(self) -> str:
        return word(self.body, "response_url")

    @property
    def _is_form(self) -> bool:
        return word(self.body, "type") == "view_submission"

    async def _respond(self, **payload: Any) -> None:  # noqa: ANN401  # as Slack takes it
        """Answer at the address that came with it; five times, within half an hour."""
        hook = AsyncWebhookClient(self._url, proxy=self.client.proxy, retry_handlers=[])
        with translate_errors("answer a command"):
            answer = await hook.send_dict({"replace_original": False, **payload})
        if answer.status_code in TOO_LATE:
            raise ExpiredError("It is too late to answer a command.")
        if answer.status_code != OK:
            raise TransientError("Slack did not take an answer.")

    async def _whisper(self, text: str, blocks: Sequence[Made]) -> None:
        """Say it where it was asked for, seen by the person alone."""
        with translate_errors("answer a form"):
            try:
                web: Any = self.client
                await web.chat_postEphemeral(
                    channel=self.about.channel,
                    thread_ts=refs.thread_ts(self.about),
                    user=str(self.body["user"]["id"]),
                    text=text,
                    blocks=blocks,
                )
            except SlackApiError as error:  # they, or we, are not there any more
                raise ExpiredError("It cannot be answered there.") from error


def _spent(block: Payload) -> Made:
    """A block of a message, its buttons as words."""
    if word(block, "type") != "actions":
        return dict(block)
    return spent_row([_label(element) for element in parts(block, "elements")])


def _label(button: Payload) -> str:
    return word(part(button, "text"), "text") or "…"
