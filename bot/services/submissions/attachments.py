"""Which of the files and links of a message may hold an answer, told by their names."""

import re
from collections.abc import Iterable, Sequence

from bot.domain.chat.events import Attachment
from bot.domain.errors import UserError
from bot.services.submissions import remarks

_CODE = re.compile(r"\.(?:pyw?|ipynb)(?:\.(?:txt|json|md))?$", re.IGNORECASE)
"""Browsers and mail programs put an ending of their own behind one that they do not know."""

_TEXT = re.compile(r"\.(?:txt|text|md|markdown|rst)$", re.IGNORECASE)
_PACKED = re.compile(
    r"\.(?:zip|7z|rar|tar|t?gz|bz2|xz|docx?|odt|rtf|pdf|html?|pyc)$", re.IGNORECASE
)
_NOTEBOOK = re.compile(r"\.ipynb", re.IGNORECASE)

_LINK = re.compile(
    r"https?://(?:[\w-]+\.)*(?:gist\.github\.com|gist\.githubusercontent\.com|colab\.research\.google"
    r"\.com|pastebin\.com|hastebin\.com|paste\.pythondiscord\.com|dpaste\.\w+|replit\.com|kaggle\.com"
    r"|deepnote\.com|nbviewer\.org|drive\.google\.com|github\.com/[^\s>]+/(?:blob|raw)"
    r"|raw\.githubusercontent\.com|gitlab\.com/[^\s>]+/-|codeshare\.io|ideone\.com|godbolt\.org)/\S*"
    r"|https?://\S+\.(?:py|ipynb)\b\S*",
    re.IGNORECASE,
)
_LONGEST_CHARS = 500
"""Of a message that is hardly more than a link."""

_WORDS_BESIDE_CHARS = 80
"""A message with more words than this beside a link talks about it; with fewer, it sends it."""


def code_file(attachments: Iterable[Attachment]) -> Attachment | None:
    """The one file of code.

    Raises:
        UserError: There are two.
    """
    files = [file for file in attachments if _CODE.search(file.name)]
    if len(files) > 1:
        raise UserError(remarks.TWO_FILES)
    return files[0] if files else None


def text_file(attachments: Iterable[Attachment]) -> Attachment | None:
    """A file of text: Discord makes ``message.txt`` of what is too long for a message."""
    return next((file for file in attachments if _TEXT.search(file.name)), None)


def may_hold_answer(attachments: Sequence[Attachment]) -> bool:
    """Whether a file has to be read to know what a message is."""
    return any(_CODE.search(file.name) or _TEXT.search(file.name) for file in attachments)


def is_notebook(file: Attachment) -> bool:
    """Whether a file's name says that it is a notebook, most of which need not be code."""
    return _NOTEBOOK.search(file.name) is not None


def unreadable_file(attachments: Iterable[Attachment]) -> Attachment | None:
    """A file in which somebody may have sent code so that it cannot be read here."""
    return next((file for file in attachments if _PACKED.search(file.name)), None)


def is_link_to_code(text: str) -> bool:
    """Whether a message is hardly more than a link to where people keep code."""
    found = _LINK.search(text) if len(text) <= _LONGEST_CHARS else None
    if found is None:
        return False
    beside = f"{text[: found.start()]}{text[found.end() :]}".strip()
    return len(beside) <= _WORDS_BESIDE_CHARS and "?" not in beside
