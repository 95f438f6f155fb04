"""Finds the code in what somebody sent, or the sentence that helps them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.chat.events import Attachment, Event, FormSubmitted, MessagePosted
from bot.domain.chat.port import ChatPort
from bot.domain.errors import ChatError, GoneError, Limit, LimitError, TooLargeError, UserError
from bot.domain.exercise import Exercise
from bot.domain.text import quoted
from bot.services.submissions import attachments, remarks
from bot.services.submissions.source import reading
from bot.services.submissions.source.definitions import has_definition, missing
from bot.services.submissions.source.reading import Shape

FILE_LIMIT_BYTES = 1024 * 1024
NOTEBOOK_LIMIT_BYTES = 25 * 1024 * 1024
"""A notebook carries its outputs; its code alone must keep to the limit for sources."""


@dataclass(frozen=True, slots=True)
class SourceReader:
    """Reads messages, forms and files. Long texts are read beside the event loop."""

    chats: Mapping[str, ChatPort]

    async def of_message(self, event: MessagePosted, exercise: Exercise) -> str:
        """The answer in a message; empty where it is conversation.

        Raises:
            UserError: It cannot be taken, and why.
        """
        file = attachments.code_file(event.attachments) or attachments.text_file(event.attachments)
        source = await self._of_file(event, file, exercise) if file else ""
        if file and not missing(source, exercise.entry):
            return source
        beside = await asyncio.to_thread(reading.of_message, event.text, exercise.entry)
        if beside:
            return beside
        if file:
            raise UserError(_about_file(file, source, exercise))
        if remark := await asyncio.to_thread(_about_text, event, exercise):
            raise UserError(remark)
        return ""

    async def of_form(self, event: FormSubmitted, exercise: Exercise) -> str:
        """The answer in a form.

        Raises:
            UserError: It cannot be taken, and why.
        """
        file = attachments.code_file(event.attachments) or attachments.text_file(event.attachments)
        if file:
            return await self._of_file(event, file, exercise)
        if unreadable := attachments.unreadable_file(event.attachments):
            raise UserError(remarks.not_a_code_file(unreadable.name))
        typed = event.fields.get("code", "")
        source = await asyncio.to_thread(reading.of_form, typed, exercise.entry)
        if not source.strip():
            raise UserError(remarks.NO_CODE)
        return source

    async def _of_file(self, event: Event, file: Attachment, exercise: Exercise) -> str:
        limit = NOTEBOOK_LIMIT_BYTES if attachments.is_notebook(file) else FILE_LIMIT_BYTES
        try:
            data = await self.chats[event.conversation.platform].fetch(file, max_bytes=limit)
        except TooLargeError as error:
            sentence = remarks.file_too_large(file.name, limit_kib=limit // 1024)
            raise LimitError(Limit.SIZE, sentence) from error
        except GoneError as error:
            raise UserError(remarks.file_gone(file.name)) from error
        except ChatError as error:
            raise UserError(remarks.file_unreadable(file.name)) from error
        return await asyncio.to_thread(reading.of_file, data, quoted(file.name), exercise.entry)


def _about_file(file: Attachment, source: str, exercise: Exercise) -> str:
    """A remark on a file without the answer."""
    is_code = attachments.code_file([file]) is not None
    if is_code or has_definition(source):
        return remarks.no_entry(exercise, source)
    return remarks.not_a_code_file(file.name)


def _about_text(event: MessagePosted, exercise: Exercise) -> str:
    """A remark on a message without an answer; empty where it is conversation."""
    shape = reading.shape_of(event.text, exercise.entry)
    if shape is Shape.INCOMPLETE:
        return remarks.no_entry(exercise, reading.blocks_of(event.text))
    if shape is Shape.UNFENCED:
        return remarks.NO_FENCE
    if file := attachments.unreadable_file(event.attachments):
        return remarks.not_a_code_file(file.name)
    return remarks.LINK if attachments.is_link_to_code(event.text) else ""
