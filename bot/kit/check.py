"""How an exercise declares its checks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.kit.rng import Rng
from bot.kit.solution import Solution

Body: TypeAlias = Callable[[Solution, Rng], None]
"""What a check does: it returns when the behaviour holds, and raises CheckFailed when not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One named behaviour.

    Attributes:
        name: Kebab-case, unique in the exercise.
        title: The behaviour, as a sentence for learners.
        core: Whether `solved` needs it; the others are a bonus.
        points: Its weight.
        hint: Which of the three hints helps when it fails, 1 to 3.
    """

    name: str
    title: str
    core: bool
    points: int
    hint: int
    body: Body


_DECLARED: list[Check] = []


def check(
    name: str, title: str, *, core: bool, points: int = 1, hint: int = 1
) -> Callable[[Body], Body]:
    """Declare a check; a decorator. Checks run in the order in which they are declared.

    Args:
        name: Kebab-case, unique in the exercise.
        title: The behaviour, as a sentence for learners.
        core: Whether `solved` needs it.
        points: Its weight.
        hint: Which of the three hints helps when it fails, 1 to 3.
    """

    def declare(body: Body) -> Body:
        _DECLARED.append(
            Check(name=name, title=title, core=core, points=points, hint=hint, body=body)
        )
        return body

    return declare


def take_declared() -> list[Check]:
    """Return the checks declared since the last call, and forget them."""
    taken = _DECLARED.copy()
    _DECLARED.clear()
    return taken
