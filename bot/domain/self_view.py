"""How members see themselves: the journey's own lines about each stage, answered by 0, 1 or 2."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

LEAST_ANSWER, MOST_ANSWER = 0, 2
"""No, and yes; between them stands partly."""

FITS_FROM = 0.75
"""Share of a stage's points from which on it fits: mostly yes, and nothing but one no."""


@dataclass(frozen=True, slots=True)
class Page:
    """Four lines about one stage.

    Attributes:
        key: In the names of its items, which are stored.
        stage: Which stage they are about.
        title: What the lines are.
        lines: The journey's words; at most 45 characters, as Discord's forms show them.
    """

    key: str
    stage: int
    title: str
    lines: tuple[str, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The name of each line."""
        return tuple(f"{self.key}.{number}" for number in range(1, len(self.lines) + 1))


PAGES = (
    Page(
        "1",
        1,
        "Prompt Consumer",
        (
            "Copy-paste prompt templates",
            "Minimal understanding of generated code",
            "Success measured by “it works”",
            "Heavy reliance on agents for debugging",
        ),
    ),
    Page(
        "2",
        2,
        "Prompt Modifier",
        (
            "Adapts existing templates",
            "Understands prompt structure",
            "Can specify requirements clearly",
            "Beginning to recognize patterns",
        ),
    ),
    Page(
        "3",
        3,
        "Code Reader",
        (
            "Understands generated code",
            "Can explain what each component does",
            "Identifies potential issues",
            "Debugs simple problems independently",
        ),
    ),
    Page(
        "can",
        3,
        "Can you …?",
        (
            "Explain what each layer in a network does?",
            "Trace tensor shapes through the network?",
            "Identify why a model isn't training?",
            "Understand memory and compute implications?",
        ),
    ),
    Page(
        "4",
        4,
        "Code Editor",
        (
            "Modifies generated code confidently",
            "Adds custom functionality",
            "Optimizes existing solutions",
            "Combines multiple generated components",
        ),
    ),
    Page(
        "5",
        5,
        "Code Writer",
        (
            "Writes components from scratch",
            "Uses AI for specific lookups/boilerplate",
            "Designs architectures independently",
            "Solves problems without prompting",
        ),
    ),
    Page(
        "6",
        6,
        "AI Partner",
        (
            "Seamless collaboration with AI",
            "Knows exactly when to use agents",
            "Focuses on high-level design",
            "Teaches and learns from AI",
        ),
    ),
)
"""The journey's characteristics of each stage, and its four questions at stage 3."""

Answers = Mapping[str, int]
"""From 0 to 2, by item."""


CHECKPOINT = next(page for page in PAGES if page.key == "can")
"""The four questions, of which each begins with its title."""


def find_page(key: str) -> Page | None:
    """The page with a key, if there is one."""
    return next((page for page in PAGES if page.key == key), None)


def is_answered(page: Page, answers: Answers) -> bool:
    """Whether every line of a page has an answer."""
    return all(item in answers for item in page.items)


def next_page(answers: Answers, *, after: Page | None = None) -> Page:
    """The first page with a line unanswered, from the one after a page on; else the first."""
    start = PAGES.index(after) + 1 if after else 0
    in_turn = (*PAGES[start:], *PAGES[:start])
    return next((page for page in in_turn if not is_answered(page, answers)), PAGES[0])


def self_stage(answers: Answers) -> int | None:
    """The highest stage that a member's answers fit; None where none does yet.

    A stage fits whose lines are all answered, with three quarters of the points or more: lower
    stages describe habits that one leaves behind, so they do not have to fit as well.
    """
    fitting = [page.stage for page in PAGES if _fits(page.stage, answers)]
    return max(fitting, default=None)


def _fits(stage: int, answers: Answers) -> bool:
    pages = [page for page in PAGES if page.stage == stage]
    items = [item for page in pages for item in page.items]
    if not all(is_answered(page, answers) for page in pages):
        return False
    return sum(answers[item] for item in items) >= FITS_FROM * MOST_ANSWER * len(items)


class SelfViews(Protocol):
    """What members answered about themselves. It is theirs alone."""

    async def of(self, member: int) -> Answers:
        """A member's answers as they stand."""
        ...

    async def replace(
        self, member: int, items: Collection[str], answers: Answers, *, at: datetime
    ) -> None:
        """Let these answers stand for these items; what has no answer any more is forgotten."""
        ...
