"""Attachments. Links to them are signed and expire, so a reference knows the message as well."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import discord

from bot.chat.discord.errors import translate_errors
from bot.domain.chat.events import Attachment
from bot.domain.errors import AmbiguousError, GoneError, TooLargeError, TransientError

RETRY_S = (0.5, 2.0)
"""Pauses between tries: the person waits, and so does whoever writes in their conversation."""

TIMEOUT = aiohttp.ClientTimeout(total=20)
CHUNK_BYTES = 1 << 16
OK, GONE = 200, (401, 403, 404, 410)
PAGE = "text/html"
NO_MESSAGE = "-"


def attachments_of(message: discord.Message) -> tuple[Attachment, ...]:
    """The files of a message."""
    return tuple(
        Attachment(
            name=file.filename,
            size_bytes=file.size,
            media_type=file.content_type or "",
            ref=f"{message.channel.id}/{message.id}/{file.id} {file.url}",
        )
        for file in message.attachments
    )


def attachment_of_form(file: Mapping[str, Any]) -> Attachment:
    """A file that came through a form: no message has it."""
    return Attachment(
        name=str(file["filename"]),
        size_bytes=int(file["size"]),
        media_type=str(file.get("content_type", "")),
        ref=f"{NO_MESSAGE} {file['url']}",
    )


async def fetch(client: discord.Client, attachment: Attachment, *, max_bytes: int) -> bytes:
    """The bytes of an attachment. If its link has expired, its message has a new one.

    What fails is tried again after a moment, a few times.

    Raises:
        TooLargeError: Over `max_bytes`; nothing beyond that is read.
        GoneError: It is no longer there.
        ChatError: Discord failed.
    """
    if attachment.size_bytes > max_bytes:
        raise TooLargeError(f"{attachment.name} is over {max_bytes} bytes.")
    for pause_s in RETRY_S:
        try:
            return await _fetch(client, attachment, max_bytes=max_bytes)
        except (AmbiguousError, TransientError):
            await asyncio.sleep(pause_s)
    return await _fetch(client, attachment, max_bytes=max_bytes)


async def _fetch(client: discord.Client, attachment: Attachment, *, max_bytes: int) -> bytes:
    message, _, url = attachment.ref.partition(" ")
    with translate_errors("read an attachment"):
        async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True) as session:
            try:
                return await _download(session, url, attachment.name, max_bytes)
            except GoneError:
                if message == NO_MESSAGE:
                    raise
            url = await _new_url(client, message)
            return await _download(session, url, attachment.name, max_bytes)


async def _download(session: aiohttp.ClientSession, url: str, name: str, max_bytes: int) -> bytes:
    async with session.get(url) as response:
        if response.status in GONE or response.content_type == PAGE:
            raise GoneError(f"{name} is no longer there.")
        if response.status != OK:
            raise TransientError(f"{name} could not be read just now.")
        data = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            data += chunk
            if len(data) > max_bytes:
                raise TooLargeError(f"{name} is over {max_bytes} bytes.")
        return bytes(data)


async def _new_url(client: discord.Client, ref: str) -> str:
    channel, message, file = map(int, ref.split("/"))
    found = await client.get_partial_messageable(channel).fetch_message(message)
    for attachment in found.attachments:
        if attachment.id == file:
            return attachment.url
    raise GoneError("The attachment is no longer in its message.")
