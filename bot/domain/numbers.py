"""Whole numbers in text from outside."""

LARGEST_ID = 2**31 - 1
"""The largest that a row has: PostgreSQL's drivers raise errors of their own for larger ones."""


def whole_number(text: str, *, least: int = 0, most: int = LARGEST_ID) -> int | None:
    """The number that a text is, in plain digits; None where it is none, or out of bounds.

    Only a text that is short enough for `most` is converted at all: that takes time with the square
    of its length, and Python refuses thousands of digits with an error.
    """
    digits = text.strip().lstrip("0") or text.strip()[:1]
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(most)):
        return None
    number = int(digits)
    return number if least <= number <= most else None
