"""Pauses between tries that fail in a row."""

from collections.abc import Sequence
from typing import TypeVar

Pause = TypeVar("Pause", float, float | None)


def pause_s(pauses_s: Sequence[Pause], failures: int) -> Pause:
    """How long to wait after so many failures in a row, at least one; the last pause repeats."""
    return pauses_s[min(failures, len(pauses_s)) - 1]
