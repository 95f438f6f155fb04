"""The file `.env`, as editors of every system write it."""

import codecs
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.domain.errors import SettingsError

ENV_FILE = Path(".env")
"""In the folder where the bot is started."""

MAX_BYTES = 1 << 20

# The longer marks first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read() -> Mapping[str, str]:
    """Names and values in the file; none where no file is.

    `${NAME}` in a value is replaced as shells do it.

    Raises:
        SettingsError: It cannot be read, is no text, a line of it is no setting, or sets what an
            earlier one has set.
    """
    text = _text()
    lines: dict[str, int] = {}
    for found in parse_stream(StringIO(text)):
        name, line = (found.key or "").upper(), found.original.line
        if found.error or "\0" in found.original.string:  # its content may be a secret
            raise SettingsError(
                f"Line {line} of {ENV_FILE.absolute()} is no setting; write NAME=value in plain"
                " text, and # before a remark."
            )
        if name in lines:
            raise SettingsError(
                f"Line {line} of {ENV_FILE.absolute()} sets {name}, and so does line"
                f" {lines[name]}; keep one of them."
            )
        if name:
            lines[name] = line
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}


def _text() -> str:
    if not ENV_FILE.exists():
        return ""
    try:
        with ENV_FILE.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise SettingsError(f"{ENV_FILE.absolute()} cannot be read: {reason}.") from error
    if len(data) > MAX_BYTES:
        raise SettingsError(f"{ENV_FILE.absolute()} is too large to be a file of settings.")
    return _decoded(data)


def _decoded(data: bytes) -> str:
    for encoding in _encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SettingsError(f"{ENV_FILE.absolute()} is no text; save it as UTF-8.")


def _encodings(data: bytes) -> Sequence[str]:
    """What it may be, the likeliest first: its mark tells, or where its zeros are."""
    marked = [name for mark, name in _MARKS if data.startswith(mark)]
    if marked:
        return marked[:1]
    if b"\0" in data[:2]:
        return ["utf-16-le" if data[1:2] == b"\0" else "utf-16-be"]
    return ["utf-8", "cp1252"]
