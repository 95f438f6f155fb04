"""What may be an answer among all that people write, so that the rest is passed over at once."""

import re
from collections.abc import Iterable

_CODE = re.compile(r"(?m)```|~~~|^[ \t`>]*(?:def|class|import|from)[ \t]")
_CODE_FILE = re.compile(r"\.(?:pyw?|ipynb)$", re.IGNORECASE)


def may_be_answer(text: str, file_names: Iterable[str]) -> bool:
    """Whether a message holds what looks like code, or a file of it."""
    return bool(_CODE.search(text)) or any(map(_CODE_FILE.search, file_names))
