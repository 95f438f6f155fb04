"""Expectations about what the solution does, rather than about one value of it."""

from collections.abc import Callable, Sequence

from torch import Tensor

from bot.kit.errors import SolutionRaised
from bot.kit.expect import expect_close, fail
from bot.kit.rng import Rng
from bot.kit.solution import Remote
from bot.wire.values import Value

SAME_ANSWER_FACTOR = 64.0
"""Rounding errors within which two answers to one question agree."""


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


def expect_same_again(
    rng: Rng, asked: Sequence[tuple[Callable[[], Value], Tensor]], message: str
) -> None:
    """Ask everything a second time, in an order of this submission's own.

    A solution that counts calls, keeps answers by shape, or lets one call change the next fails.

    Args:
        rng: The check's.
        asked: How each thing was asked, and the tensor that came back.
        message: What it means when another answer comes now.

    Raises:
        CheckFailed: Another answer came.
    """
    for place in rng.permutation(len(asked)):
        ask, first = asked[int(place)]
        expect_close(ask(), first, message, factor=SAME_ANSWER_FACTOR)
