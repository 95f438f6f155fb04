"""A cohort's rules: how long challenges are open, and what a member may. Read and changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.cohort import Cohort
from bot.domain.errors import UserError
from bot.domain.numbers import whole_number


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
    "quiet_from": Rule("hour of the day from which on nobody is reminded", 0, 23),
    "quiet_until": Rule("hour until which nobody is; the same hour twice: no such time", 0, 23),
    "pending_limit": Rule("answers that one member may have waiting", 1, 100),
    "daily_limit": Rule("gradings that one member may have in 24 hours", 1, 1000),
    "challenge_limit": Rule("gradings that one member may have of one challenge", 1, 1000),
}
DETAILS = "details_public"
SWITCH = {"on": True, "off": False}
NAMES = (*RULES, DETAILS)
"""Each is a field of `Cohort`."""


def with_rule(cohort: Cohort, name: str, value: str) -> Cohort:
    """The cohort with one rule changed.

    Raises:
        UserError: There is no such rule, or it cannot have this value.
    """
    if name not in NAMES:
        raise UserError(f"The rule must be one of {', '.join(f'`{known}`' for known in NAMES)}.")
    change: dict[str, Any] = {name: _read(name, value.strip().lower())}
    new = replace(cohort, **change)
    if new.reminder_hours >= new.open_hours:
        raise UserError("`reminder_hours` must be less than `open_hours`, or nobody is reminded.")
    return new


def _read(name: str, value: str) -> int | bool:
    if name == DETAILS:
        if value not in SWITCH:
            raise UserError(f"`{DETAILS}` must be `on` or `off`.")
        return SWITCH[value]
    rule = RULES[name]
    number = whole_number(value, least=rule.least, most=rule.most)
    if number is None:
        raise UserError(f"`{name}` must be a whole number from {rule.least} to {rule.most}.")
    return number
