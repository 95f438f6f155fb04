"""Files that people send: read with the bot's token, from the address that Slack names."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.slack.errors import translate_errors
from bot.chat.slack.payload import Payload, number, word
from bot.domain.chat.events import Attachment
from bot.domain.errors import (
    AmbiguousError,
    ForbiddenError,
    GoneError,
    TooLargeError,
    TransientError,
)

RETRY_S = (0.5, 2.0)
"""Pauses between tries: the person waits, and so does whoever writes in their conversation."""

TIMEOUT = aiohttp.ClientTimeout(total=20)
CHUNK_BYTES = 1 << 16
OK, GONE = 200, {403, 404, 410}
PAGE = "text/html"
NO_SCOPE = (
    "Slack does not let me read files: the app lacks the scope `files:read`. Send the code as a"
    " message, or ask whoever runs Freehand to install the app again."
)


def attachment_of(file: Payload) -> Attachment:
    """A file as Slack describes it."""
    return Attachment(
        name=word(file, "name") or word(file, "title") or "file",
        size_bytes=number(file, "size"),
        media_type=word(file, "mimetype"),
        ref=f"{word(file, 'id')} {word(file, 'url_private_download') or word(file, 'url_private')}",
    )


async def fetch(client: AsyncWebClient, attachment: Attachment, *, max_bytes: int) -> bytes:
    """The bytes of a file. What fails is tried again after a moment, a few times.

    Raises:
        TooLargeError: Over `max_bytes`; nothing beyond that is read.
        GoneError: It is no longer there.
        ForbiddenError: The app may not read files.
        ChatError: Slack failed.
    """
    if attachment.size_bytes > max_bytes:
        raise TooLargeError(f"{attachment.name} is over {max_bytes} bytes.")
    for pause_s in RETRY_S:
        try:
            return await _fetch(client, attachment, max_bytes)
        except (AmbiguousError, TransientError):
            await asyncio.sleep(pause_s)
    return await _fetch(client, attachment, max_bytes)


async def _fetch(client: AsyncWebClient, attachment: Attachment, max_bytes: int) -> bytes:
    file_id, _, url = attachment.ref.partition(" ")
    with translate_errors("read a file"):
        async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True) as session:
            return await _download(
                session,
                url or await _url_of(client, file_id),
                attachment.name,
                max_bytes,
                {"Authorization": f"Bearer {client.token}"},
            )


async def _download(
    session: aiohttp.ClientSession,
    url: str,
    name: str,
    max_bytes: int,
    headers: Mapping[str, str],
) -> bytes:
    async with session.get(url, headers=headers) as response:
        if response.content_type == PAGE and not name.endswith((".html", ".htm")):
            raise ForbiddenError(NO_SCOPE)  # the page on which people log in
        if response.status in GONE:
            raise GoneError(f"{name} is no longer there.")
        if response.status != OK:
            raise TransientError(f"{name} could not be read just now.")
        data = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            data += chunk
            if len(data) > max_bytes:
                raise TooLargeError(f"{name} is over {max_bytes} bytes.")
        return bytes(data)


async def _url_of(client: AsyncWebClient, file_id: str) -> str:
    """The address of a file that came without one, as those of other organisations do."""
    web: Any = client
    answer = await web.files_info(file=file_id)
    return str(answer["file"]["url_private"])
