"""What members read about how they see themselves. Nobody else reads any of it."""

from collections.abc import Sequence

from bot.domain.chat.message import Block, Buttons, ButtonStyle, Message, Text
from bot.domain.exercise import STAGES
from bot.domain.self_view import (
    CHECKPOINT,
    PAGES,
    Answers,
    Page,
    is_answered,
    next_page,
    self_stage,
)
from bot.services.progress.verbs import SELF_VIEW

_IN_A_ROW = 4

OFFER: Sequence[Block] = (
    Text(
        "Where do you stand today? A few short lines for each of six stages, answered by 0, 1 or 2."
        " Only you ever see it, and `/stage` shows it beside what your exercises show."
    ),
    Buttons((SELF_VIEW.button(PAGES[0].key, "How I see myself"),)),
)
"""To a newcomer, in their welcome."""


def about(page: Page) -> str:
    """What stands beside a page's lines."""
    asked = "" if page is CHECKPOINT else " Do these lines describe you?"
    return f"**{page.title}**{asked} 0 is no, 1 is partly, 2 is yes; a line may stay empty."


def no_answer(line: str) -> str:
    """To who wrote something else than a number from 0 to 2."""
    return f"“{line}” takes 0 for no, 1 for partly or 2 for yes, or nothing."


def kept(answers: Answers, page: Page) -> Message:
    """After a page was sent: how far it goes, what it says, and the way to the other pages."""
    answered = sum(is_answered(one, answers) for one in PAGES)
    return Message.of(
        f"Kept, for you alone. {answered} of {len(PAGES)} parts are answered.",
        *([] if self_stage(answers) is None else [_seen(answers)]),
        *_pages(answers, next_page(answers, after=page)),
    )


def beside_evidence(answers: Answers, *, reached: int) -> Sequence[Block]:
    """How a member sees themselves beside what their exercises show, with the way to change it.

    Args:
        answers: The member's.
        reached: The highest stage that their exercises have shown; 0 for none.
    """
    seen = self_stage(answers)
    words = _NOT_ANSWERED if not answers else _NONE_FITS if seen is None else _seen(answers)
    if seen is not None:
        words += f" {_compared(seen, reached)}"
    button = SELF_VIEW.button(next_page(answers).key, "How I see myself")
    return Text(words), Buttons((button,))


_NOT_ANSWERED = "How do you see yourself? A few short lines for each stage, for you alone."
_NONE_FITS = "By what you have answered about yourself, no stage fits yet. Only you read this."


def _seen(answers: Answers) -> str:
    stage = self_stage(answers) or 0
    return f"By your own answers you are at stage {stage}, {STAGES[stage - 1]}. Only you read this."


def _compared(seen: int, reached: int) -> str:
    if seen == reached:
        return "Your exercises show the same."
    if seen < reached:
        return "Your exercises show more than that: you may trust yourself further."
    shown = f"stage {reached}" if reached else "none of the stages"
    return f"Your exercises show {shown} so far; the next step above is how to show it."


def _pages(answers: Answers, best: Page) -> list[Buttons]:
    """A button for each page, with a mark on those that are answered."""
    buttons = [
        SELF_VIEW.button(
            page.key,
            f"{page.title} ✓" if is_answered(page, answers) else page.title,
            ButtonStyle.PRIMARY if page is best else ButtonStyle.PLAIN,
        )
        for page in PAGES
    ]
    starts = range(0, len(buttons), _IN_A_ROW)
    return [Buttons(tuple(buttons[start : start + _IN_A_ROW])) for start in starts]
