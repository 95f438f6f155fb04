"""Answers to interactions, within the time that Discord gives: 3 s at first, 15 min in all."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import discord
import structlog
from typing_extensions import override

from bot.chat.discord import refs
from bot.chat.discord.errors import ANSWERED, UnreadableError, translate_errors
from bot.chat.discord.outbound import NO_MENTIONS
from bot.chat.discord.render import Rendered, render
from bot.domain.chat.message import Form, FormField, Message
from bot.domain.chat.port import Responder
from bot.domain.errors import ChatError, ExpiredError

log = structlog.get_logger()

MAX_PRESS_WAIT_S = 2.0
"""A press may open a form, which has to be the first answer; it is acknowledged after so long."""

MAX_ACKNOWLEDGING_S = 3.0
MAX_ANSWERING_S = 20.0
"""Whoever writes in the same conversation waits for it; after that the outbox takes over."""

LABEL_CHARS, TITLE_CHARS, TEXT_CHARS = 45, 45, 4000
FILE_FIELD = "file"

RECEIVED = "Received. What comes of it you read in your direct messages."
HAVE_PLACEHOLDER = {
    discord.InteractionType.application_command,
    discord.InteractionType.modal_submit,
}
"""Acknowledged with “thinking” or `RECEIVED`, which the first reply replaces."""


@dataclass(slots=True)
class DiscordResponder(Responder):
    """Answers one interaction.

    Attributes:
        tag: Goes with every button and form; see `refs.tag`.
    """

    interaction: discord.Interaction
    tag: str = ""
    _acknowledged: bool = field(default=False, init=False)
    _replies: int = field(default=0, init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _later: asyncio.Task[None] | None = field(default=None, init=False)

    async def acknowledge(self) -> None:
        """Answer within Discord's 3 s that it was received. Raises ChatError."""
        async with self._lock:
            if self._is_acknowledged:
                return
            async with _answered("acknowledge a command", at_most_s=MAX_ACKNOWLEDGING_S):
                try:
                    await self._send_acknowledgement()
                except discord.HTTPException as error:
                    if error.code != ANSWERED:  # it arrived the first time; the reply was lost
                        raise
            self._acknowledged = True

    async def _send_acknowledgement(self) -> None:
        response, kind = self.interaction.response, self.interaction.type
        if kind is discord.InteractionType.modal_submit:
            await response.send_message(RECEIVED, ephemeral=True)
        else:
            is_command = kind is discord.InteractionType.application_command
            await response.defer(ephemeral=True, thinking=is_command)

    def acknowledge_later(self) -> None:
        """Acknowledge unless something is answered soon, which may be a form."""
        self._later = asyncio.create_task(self._acknowledge_later())

    @override
    async def reply(self, message: Message) -> None:
        await self.acknowledge()
        made = render(message, tag=self.tag)
        self._replies += 1
        async with _answered("answer a command"):
            if self._replies == 1 and self.interaction.type in HAVE_PLACEHOLDER:
                await self._replace_placeholder(made)
            else:
                await self._follow_up(made)

    async def _replace_placeholder(self, made: Rendered) -> None:
        await self.interaction.edit_original_response(
            content=made.content or None,
            embeds=made.embeds(),
            attachments=made.attached(),
            view=made.view(),
            allowed_mentions=NO_MENTIONS,
        )

    async def _follow_up(self, made: Rendered) -> None:
        await self.interaction.followup.send(
            content=made.content or discord.utils.MISSING,
            embeds=made.embeds(),
            files=made.attached(),
            view=made.view() or discord.utils.MISSING,
            allowed_mentions=NO_MENTIONS,
            ephemeral=True,
        )

    @override
    async def open_form(self, form: Form) -> None:
        async with self._lock:
            if self._is_acknowledged:
                raise ExpiredError("A form has to be the first answer.")
            modal = _modal(form, self.tag)
            modal.stop()  # else discord.py would keep it for as long as we run
            async with _answered("open a form"):
                await self.interaction.response.send_modal(modal)
            self._acknowledged = True

    @override
    async def spend(self) -> None:
        message = self.interaction.message
        if message is None or not (message.flags.ephemeral or self.interaction.guild_id is None):
            return
        await self.acknowledge()
        async with _answered("spend a button"):
            await self.interaction.edit_original_response(view=_spent(message))

    @property
    def _is_acknowledged(self) -> bool:
        return self._acknowledged or self.interaction.response.is_done()

    async def _acknowledge_later(self) -> None:
        await asyncio.sleep(MAX_PRESS_WAIT_S)
        try:
            await self.acknowledge()
        except ChatError as error:
            log.info("not_acknowledged", reason=str(error))


@contextlib.asynccontextmanager
async def _answered(doing: str, *, at_most_s: float | None = None) -> AsyncGenerator[None]:
    """As `translate_errors`. Where Discord said yes, however oddly, the person has their answer."""
    try:
        with translate_errors(doing):
            async with asyncio.timeout(at_most_s or MAX_ANSWERING_S):
                yield
    except UnreadableError as error:
        log.warning("odd_answer", reason=repr(error.__cause__))


def _spent(message: discord.Message) -> discord.ui.View:
    """The buttons of a message, none of which can be pressed."""
    view = discord.ui.View.from_message(message, timeout=None)
    for item in view.children:
        if isinstance(item, discord.ui.Button):
            item.disabled = True
    view.stop()  # else discord.py would keep it for as long as we run
    return view


def _modal(form: Form, tag: str) -> discord.ui.Modal:
    modal = discord.ui.Modal(
        title=form.title[:TITLE_CHARS], custom_id=refs.add_tag(form.form_id, tag), timeout=None
    )
    for asked in form.fields:
        modal.add_item(_text_field(asked))
    if form.accepts_file:
        modal.add_item(_file_field())
    return modal


def _text_field(asked: FormField) -> discord.ui.Label[discord.ui.Modal]:
    return discord.ui.Label(
        text=asked.label[:LABEL_CHARS],
        description="Longer code goes into a file." if asked.code else None,
        component=discord.ui.TextInput(
            custom_id=asked.name,
            style=discord.TextStyle.paragraph,
            required=asked.required,
            default=asked.value if len(asked.value) <= TEXT_CHARS else None,
            max_length=TEXT_CHARS,
        ),
    )


def _file_field() -> discord.ui.Label[discord.ui.Modal]:
    return discord.ui.Label(
        text="Or a file (.py, .ipynb)",
        component=discord.ui.FileUpload(
            custom_id=FILE_FIELD, required=False, min_values=0, max_values=1
        ),
    )
