"""Attachments. Links to them are signed and expire, so a reference knows the message as well."""

from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import discord

from bot.chat.discord.errors import translated
from bot.domain.chat.events import Attachment
from bot.domain.errors import GoneError, TooLargeError, TransientError

CHUNK_BYTES = 1 << 16
OK, GONE = 200, (401, 403, 404, 410)
PAGE = "text/html"


def of_message(message: discord.Message) -> Callable[[discord.Attachment], Attachment]:
    """Describes the attachments of a message."""

    def described(file: discord.Attachment) -> Attachment:
        return Attachment(
            name=file.filename,
            size_bytes=file.size,
            media_type=file.content_type or "",
            ref=f"{message.channel.id}/{message.id}/{file.id} {file.url}",
        )

    return described


def of_form(file: Mapping[str, Any]) -> Attachment:
    """Describes a file that came through a form: no message holds it."""
    return Attachment(
        name=str(file["filename"]),
        size_bytes=int(file["size"]),
        media_type=str(file.get("content_type", "")),
        ref=f"- {file['url']}",
    )


async def fetch(client: discord.Client, attachment: Attachment, *, max_bytes: int) -> bytes:
    """See `ChatPort.fetch`. A link that has expired is looked up anew in its message."""
    if attachment.size_bytes > max_bytes:
        raise TooLargeError(f"{attachment.name} is over {max_bytes} bytes.")
    place, _, url = attachment.ref.partition(" ")
    with translated("read an attachment"):
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            try:
                return await _download(session, url, attachment.name, max_bytes)
            except GoneError:
                if place == "-":
                    raise
            renewed = await _renewed(client, place)
            return await _download(session, renewed, attachment.name, max_bytes)


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


async def _renewed(client: discord.Client, place: str) -> str:
    channel, message, file = map(int, place.split("/"))
    found = await client.get_partial_messageable(channel).fetch_message(message)
    for attachment in found.attachments:
        if attachment.id == file:
            return attachment.url
    raise GoneError("The attachment is no longer in its message.")
