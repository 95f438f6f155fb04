"""A cohort's caps on what one grading may use: how they are read, changed and shown."""

import math

from bot.domain.chat.message import Message, Table
from bot.domain.cohort import Cohort
from bot.domain.errors import UserError
from bot.domain.exercise import Caps, Limits

UNITS = {
    "seconds": "s",
    "memory_mb": "MB of memory",
    "cpus": "cores",
    "processes": "processes and threads",
    "output_kb": "KB of output",
    "disk_mb": "MB of disk",
    "gpu_memory_mb": "MB of GPU memory",
}
LEAST = Limits(
    seconds=1,
    memory_mb=384,
    cpus=0.1,
    processes=16,
    output_kb=4,
    disk_mb=1,
    gpu_memory_mb=1024,
)
"""Less, and not even importing torch would fit, or starting CUDA."""

OFF = "off"


def changed(caps: Caps, name: str, value: str) -> Caps:
    """The caps with one set, or lifted.

    Args:
        caps: As they were.
        name: One of `Limits`.
        value: A number, or ``off``.

    Raises:
        UserError: There is no such limit, or the value is no number, or too small.
    """
    if name not in UNITS:
        raise UserError(f"The limit is one of {', '.join(f'`{known}`' for known in UNITS)}.")
    others = {known: cap for known, cap in caps.items() if known != name}
    return others if value.strip().lower() == OFF else {**others, name: _number(name, value)}


def _number(name: str, value: str) -> float:
    whole = isinstance(getattr(Limits(), name), int)
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    least = getattr(LEAST, name)
    if not least <= number < math.inf or (whole and not number.is_integer()):
        kind = "whole number" if whole else "number"
        raise UserError(f"The cap is a {kind} from {least:g} up ({UNITS[name]}), or `{OFF}`.")
    return number


def table(cohort: Cohort) -> Message:
    """What exercises may use in this cohort."""
    caps = {name: f"{cap:g}" for name, cap in cohort.caps.items()}
    rows = [(name, unit, caps.get(name, "as the exercise says")) for name, unit in UNITS.items()]
    return Message.of(
        Table(("Limit", "Unit", "At most"), tuple(rows)),
        "A cap lowers what exercises ask for and never raises it; `/challenge preview` tells where"
        " it does. An exercise that needs more than its cap cannot be solved.",
    )


def lowered(limits: Limits, caps: Caps) -> str:
    """A sentence on what these caps lower; empty when nothing."""
    under = limits.under(caps)
    less = [
        f"{getattr(under, name):g} instead of {getattr(limits, name):g} {UNITS[name]}"
        for name in caps
        if getattr(under, name) < getattr(limits, name)
    ]
    return f"This cohort's caps lower its limits: {', '.join(less)}." if less else ""
