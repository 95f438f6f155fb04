"""Pauses between tries that fail in a row."""

from collections.abc import Sequence


def pause_s(pauses_s: Sequence[float], failures: int) -> float:
    """How long to wait after so many failures in a row, at least one; the last pause repeats."""
    return pauses_s[min(failures, len(pauses_s)) - 1]
