"""Expectations about what the solution does, rather than about one value of it."""

from collections.abc import Callable

from torch import Tensor

from bot.kit.errors import SolutionRaised
from bot.kit.expect import expect_equal, expect_within, fail, has_form, rounding
from bot.kit.solution import Remote
from bot.wire.values import Value


def expect_raises(
    call: Callable[[], object], kind: str, message: str, *, example: Value = None
) -> None:
    """Fail unless the learner's code raises an exception of this type name.

    Args:
        call: Asks the solution; may return a `Remote`, which is waited for.
        kind: The exception's own name, e.g. ``"ValueError"``: a subclass does not count.
        message: What was asked, e.g. ``"AttentionBlock(12, 5)"``.
        example: The input that shows it.

    Raises:
        CheckFailed: It raised another exception, or none.
    """
    try:
        made = call()
        if isinstance(made, Remote):
            made.wait()
    except SolutionRaised as error:
        if error.kind != kind:
            fail(f"{message}: it raised {error.kind}, should be {kind}", example=example)
    else:
        fail(f"{message}: it raised nothing, should be {kind}", example=example)


def expect_same(
    seen: Value,
    first: Value,
    message: str,
    *,
    wanted: Tensor,
    factor: float = 64.0,
    example: Value = None,
) -> None:
    """Fail unless two answers to one question agree, be they right or wrong.

    How far they may lie apart follows from what would be right: the answers' own size allows
    nothing, and answers of another kind, shape or dtype than that have to be equal. Of what cannot
    travel nothing is known.

    Args:
        seen: What came back now.
        first: What came back to the same question.
        message: What it means when they differ; what they are is added to it.
        wanted: The right answer.
        factor: How many rounding errors at its largest magnitude are allowed.
        example: The input that shows it.

    Raises:
        CheckFailed: They do not agree.
    """
    if has_form(seen, wanted) and has_form(first, wanted):
        expect_within(seen, first, rounding(wanted, factor), message, example=example)
    elif not (isinstance(seen, Remote) and isinstance(first, Remote)):
        expect_equal(seen, first, message, example=example)
