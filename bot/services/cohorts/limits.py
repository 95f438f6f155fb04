"""A cohort's caps on what one grading may use: how they are read and changed."""

import math

from bot.domain.errors import UserError
from bot.domain.exercise import Caps, Limits

UNITS = {
    "seconds": "s of CPU time",
    "wait_seconds": "s of waiting",
    "memory_mb": "MB of memory",
    "cpus": "cores",
    "processes": "processes and threads",
    "output_kb": "KB of output",
    "disk_mb": "MB of disk",
    "gpu_memory_mb": "MB of GPU memory",
}
LEAST = Limits(
    seconds=1,
    wait_seconds=5,
    memory_mb=384,
    cpus=0.1,
    processes=16,
    output_kb=4,
    disk_mb=1,
    gpu_memory_mb=2048,
)
"""With less, importing torch would not fit, or starting CUDA."""

OFF = "off"


def with_cap(caps: Caps, name: str, value: str) -> Caps:
    """The caps with one set, or lifted.

    Args:
        caps: As they were.
        name: One of `Limits`.
        value: A number, or ``off``.

    Raises:
        UserError: There is no such limit, or the value is not a number, or too small.
    """
    if name not in UNITS:
        raise UserError(f"The limit must be one of {', '.join(f'`{known}`' for known in UNITS)}.")
    others = {known: cap for known, cap in caps.items() if known != name}
    return others if value.strip().lower() == OFF else {**others, name: _number(name, value)}


def _number(name: str, value: str) -> float:
    is_whole = isinstance(getattr(Limits(), name), int)
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    least = getattr(LEAST, name)
    if not least <= number < math.inf or (is_whole and not number.is_integer()):
        kind = "whole number" if is_whole else "number"
        raise UserError(f"The cap must be a {kind} from {least:g} up ({UNITS[name]}), or `{OFF}`.")
    return number
