"""Answers to interactions, within the time that Discord gives: 3 s at first, 15 min in all."""

import asyncio
from dataclasses import dataclass, field

import discord
import structlog

from bot.chat.discord import refs
from bot.chat.discord.errors import ANSWERED, translated
from bot.chat.discord.outbound import SILENT
from bot.chat.discord.render import render
from bot.domain.chat.message import Form, Message
from bot.domain.errors import ChatError, ExpiredError

log = structlog.get_logger()

PRESS_WAITS_S = 2.0
"""A press may open a form, which has to be the first answer; then it is acknowledged as it is."""

LABEL_CHARS, TITLE_CHARS, TEXT_CHARS = 45, 45, 4000
FILE_FIELD = "file"

RECEIVED = "Received. What comes of it you read in your direct messages."
SAID_SOMETHING = {
    discord.InteractionType.application_command,
    discord.InteractionType.modal_submit,
}
"""What is acknowledged with words, “thinking” or `RECEIVED`: the first reply takes their place."""


@dataclass(slots=True)
class DiscordResponder:
    """Answers one interaction; see `Responder`.

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
        """Say at once that it was heard. Raises ChatError."""
        kind = self.interaction.type
        async with self._lock:
            if self._is_acknowledged:
                return
            with translated("acknowledge a command"):
                try:
                    if kind is discord.InteractionType.modal_submit:
                        await self.interaction.response.send_message(RECEIVED, ephemeral=True)
                    else:
                        command = kind is discord.InteractionType.application_command
                        await self.interaction.response.defer(ephemeral=True, thinking=command)
                except discord.HTTPException as error:
                    if error.code != ANSWERED:  # what was lost is Discord's answer alone
                        raise
            self._acknowledged = True

    def acknowledge_later(self) -> None:
        """Acknowledge unless something is answered soon, which may be a form."""
        self._later = asyncio.create_task(self._acknowledge_later())

    async def reply(self, message: Message) -> None:
        """See `Responder.reply`."""
        await self.acknowledge()
        made = render(message, tag=self.tag)
        view = made.view()
        self._replies += 1
        with translated("answer a command"):
            if self._replies == 1 and self.interaction.type in SAID_SOMETHING:
                await self.interaction.edit_original_response(
                    content=made.content or None,
                    embeds=made.embeds(),
                    attachments=made.attached(),
                    view=view,
                    allowed_mentions=SILENT,
                )
            else:
                await self.interaction.followup.send(
                    content=made.content or discord.utils.MISSING,
                    embeds=made.embeds(),
                    files=made.attached(),
                    view=view or discord.utils.MISSING,
                    allowed_mentions=SILENT,
                    ephemeral=True,
                )

    async def open_form(self, form: Form) -> None:
        """See `Responder.open_form`."""
        async with self._lock:
            if self._is_acknowledged:
                raise ExpiredError("A form has to be the first answer.")
            modal = _modal(form, self.tag)
            modal.stop()  # else discord.py would keep it for as long as we run
            with translated("open a form"):
                await self.interaction.response.send_modal(modal)

    @property
    def _is_acknowledged(self) -> bool:
        return self._acknowledged or self.interaction.response.is_done()

    async def _acknowledge_later(self) -> None:
        await asyncio.sleep(PRESS_WAITS_S)
        try:
            await self.acknowledge()
        except ChatError as error:
            log.info("not_acknowledged", reason=str(error))


def _modal(form: Form, tag: str) -> discord.ui.Modal:
    modal = discord.ui.Modal(
        title=form.title[:TITLE_CHARS], custom_id=refs.tagged(form.form_id, tag), timeout=None
    )
    for asked in form.fields:
        modal.add_item(
            discord.ui.Label(
                text=asked.label[:LABEL_CHARS],
                description="Longer code goes into a file." if asked.code else None,
                component=discord.ui.TextInput(
                    custom_id=asked.name,
                    style=discord.TextStyle.paragraph,
                    required=asked.required,
                    max_length=TEXT_CHARS,
                ),
            )
        )
    if form.accepts_file:
        modal.add_item(
            discord.ui.Label(
                text="Or a file (.py, .ipynb)",
                component=discord.ui.FileUpload(
                    custom_id=FILE_FIELD, required=False, min_values=0, max_values=1
                ),
            )
        )
    return modal
