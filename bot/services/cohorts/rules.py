"""A cohort's rules: how long challenges are open, and what a member may. Read, changed, shown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.chat.message import Message
from bot.domain.cohort import Cohort
from bot.domain.errors import UserError


@dataclass(frozen=True, slots=True)
class Rule:
    """A whole number that each cohort may choose, and its bounds."""

    what: str
    least: int
    most: int


RULES: Mapping[str, Rule] = {
    "open_hours": Rule("hours that a challenge is open", 1, 336),
    "late_hours": Rule("hours after that, in which late answers are graded", 0, 336),
    "reminder_hours": Rule("hours before closing at which members are reminded", 1, 168),
    "pending_limit": Rule("submissions that one member may have waiting", 1, 100),
}
DETAILS = "details_public"
SWITCH = {"on": True, "off": False}
NAMES = (*RULES, DETAILS)
"""Each is a field of `Cohort`."""


def changed(cohort: Cohort, name: str, value: str) -> Cohort:
    """The cohort with one rule changed.

    Raises:
        UserError: There is no such rule, or it cannot be like that.
    """
    if name not in NAMES:
        raise UserError(f"The rule is one of {', '.join(f'`{known}`' for known in NAMES)}.")
    change: dict[str, Any] = {name: _read(name, value.strip().lower())}
    new = replace(cohort, **change)
    if new.reminder_hours >= new.open_hours:
        raise UserError("`reminder_hours` is less than `open_hours`, or nobody is reminded.")
    return new


def _read(name: str, value: str) -> int | bool:
    if name == DETAILS:
        if value not in SWITCH:
            raise UserError(f"`{DETAILS}` is `on` or `off`.")
        return SWITCH[value]
    rule = RULES[name]
    if not value.isdecimal() or not rule.least <= int(value) <= rule.most:
        raise UserError(f"`{name}` is a whole number from {rule.least} to {rule.most}.")
    return int(value)


def told(cohort: Cohort) -> Message:
    """The rules of this cohort."""
    lines = [
        f"- `{name}` **{getattr(cohort, name)}** — {rule.what}" for name, rule in RULES.items()
    ]
    details = "on" if cohort.details_public else "off"
    lines.append(f"- `{DETAILS}` **{details}** — threads show each check, not its author alone")
    return Message.of(
        "\n".join(lines),
        "A challenge that is open keeps its `open_hours` and `late_hours`; the rest holds at once.",
    )
