"""Bytes as text, and what can be kept of it."""

import codecs

from bot.domain.errors import UserError
from bot.domain.grading import SOURCE_LIMIT_BYTES
from bot.services.submissions.source.typography import normalised


def decode(data: bytes, name: str) -> str:
    """The text of a file.

    Raises:
        UserError: It is not UTF-8 text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UserError(f"{name} is saved as UTF-16. Please save it as UTF-8 and attach it again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{name} is not UTF-8 text: line {line} holds a byte I cannot read."
            " Please save it as UTF-8 and attach it again."
        ) from error
    if "\0" in text:
        raise UserError(f"{name} holds zero bytes, so it is not a text file. Is it the right one?")
    return normalised(text)


def require_acceptable(source: str) -> None:
    """Refuse what cannot be kept or run.

    Raises:
        UserError: Longer than `SOURCE_LIMIT_BYTES`, or it holds characters that are no text.
    """
    if "\0" in source:
        raise UserError("Your code holds a zero character. Please delete it and send it again.")
    try:
        size_bytes = len(source.encode())
    except UnicodeEncodeError as error:
        line = source.count("\n", 0, error.start) + 1
        raise UserError(
            f"Line {line} of your code holds half a character. Please type it again."
        ) from error
    if size_bytes > SOURCE_LIMIT_BYTES:
        raise UserError(
            f"That is {size_bytes / 1024:.0f} KiB of code, and I take up to"
            f" {SOURCE_LIMIT_BYTES // 1024} KiB. Please leave out what the task does not need."
        )
