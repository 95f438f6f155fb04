"""How a check says what was seen: shape and dtype first, then the first value that differs."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NoReturn, cast

import torch
from torch import Tensor

from bot.sandbox.values import Value

SHOWN_AT_MOST_CHARS = 600
SEEN_AT_MOST_CHARS = 80


class CheckFailed(Exception):  # noqa: N818  # a verdict, not a fault
    """What was seen is not what should be."""

    def __init__(self, message: str, *, example: str = "") -> None:
        super().__init__(message)
        self.example = example


class SolutionRaised(Exception):  # noqa: N818  # the learner's exception, seen from here
    """The learner's code raised."""

    def __init__(self, kind: str, message: str, lines: Sequence[str]) -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind = kind
        self.message = message
        self.lines = tuple(lines)


def expect(condition: bool, message: str, *, example: Value = None) -> None:  # noqa: FBT001  # reads as a sentence
    """Fail with this message unless the condition holds."""
    if not condition:
        fail(message, example=example)


def fail(message: str, *, example: Value = None) -> NoReturn:
    """Fail with this message.

    Args:
        message: What was seen and what should be; the learner reads it as a sentence.
        example: The smallest failing input; shown as Python text.
    """
    raise CheckFailed(message, example="" if example is None else shown(example))


def expect_equal(seen: Value, wanted: Value, message: str, *, example: Value = None) -> None:
    """Fail unless a value equals another exactly: tensors bit for bit, with dtype and shape."""
    if isinstance(wanted, Tensor):
        _expect_form(seen, wanted, message, example)
        bad = (seen != wanted) & ~(seen.isnan() & wanted.isnan())
        _expect_none(bad, seen, wanted, message, example)
    elif type(seen) is not type(wanted) or not _same(seen, wanted):
        text = shown(seen, limit=SEEN_AT_MOST_CHARS)
        fail(f"{message}: it is {text}, should be {shown(wanted)}", example=example)


def expect_close(
    seen: Value,
    wanted: Tensor,
    message: str,
    *,
    exact: Tensor | None = None,
    factor: float = 16.0,
    example: Value = None,
) -> None:
    """Fail unless a tensor is close to another.

    The tolerance is derived: `factor` times the largest difference between the reference run in
    the answer's dtype (`wanted`) and the same run in float64 (`exact`), and at least `factor`
    rounding errors at the largest magnitude. Shape and dtype come first; NaN and infinities match
    only themselves.
    """
    _expect_form(seen, wanted, message, example)
    # Where the answer's own dtype overflows, that is what should be seen.
    truth = torch.where(torch.isfinite(wanted), _wide(wanted if exact is None else exact), wanted)
    found = _wide(seen)
    near = (found - truth).abs() <= _tolerance(wanted, truth, factor)
    same = (found == truth) | (found.isnan() & truth.isnan())
    bad = ~torch.where(torch.isfinite(truth), near, same)
    _expect_none(bad, seen, wanted, message, example)


def shown(value: Value, *, limit: int = SHOWN_AT_MOST_CHARS) -> str:
    """A value as short Python text. No more of it is written out than is shown."""
    text = ""
    for piece in _pieces(value):
        text += piece
        if len(text) > limit:
            return f"{text[:limit]} …"
    return text


def _pieces(value: Value) -> Iterator[str]:
    if isinstance(value, Tensor):
        yield "torch.tensor("
        yield from _rows(value)
        yield ")" if value.dtype is torch.float32 else f", dtype={value.dtype})"
    elif isinstance(value, Mapping):
        pairs = cast("Mapping[Value, Value]", value).items()
        yield from _listed("{", ((f"{key!r}: ", item) for key, item in pairs), "}")
    elif isinstance(value, (list, tuple)):
        items = cast("Sequence[Value]", value)
        opening, closing = ("[", "]") if isinstance(value, list) else ("(", ")")
        closing = ",)" if closing == ")" and len(items) == 1 else closing
        yield from _listed(opening, (("", item) for item in items), closing)
    else:
        yield repr(value)


def _listed(opening: str, items: Iterable[tuple[str, Value]], closing: str) -> Iterator[str]:
    yield opening
    for number, (name, item) in enumerate(items):
        yield f", {name}" if number else name
        yield from _pieces(item)
    yield closing


def _rows(value: Tensor) -> Iterator[str]:
    """A tensor's numbers, with as many digits as one needs to try it again."""
    if value.dim() == 0:
        number = value.item()
        yield repr(float(f"{number:.5g}") if isinstance(number, float) else number)
        return
    yield "["
    for row in range(len(value)):  # not `for row in value`: that makes all the rows first
        yield ", " if row else ""
        yield from _rows(value[row])
    yield "]"


def _same(seen: Value, wanted: Value) -> bool:
    both_nan = isinstance(wanted, float) and math.isnan(wanted) and math.isnan(seen)
    return both_nan or bool(seen == wanted)


def _expect_form(seen: Value, wanted: Tensor, message: str, example: Value) -> None:
    if not isinstance(seen, Tensor):
        text = shown(seen, limit=SEEN_AT_MOST_CHARS)
        fail(f"{message}: it is {text}, should be a tensor", example=example)
    if seen.shape != wanted.shape:
        shape, right = tuple(seen.shape), tuple(wanted.shape)
        fail(f"{message}: its shape is {shape}, should be {right}", example=example)
    if seen.dtype != wanted.dtype:
        fail(f"{message}: its dtype is {seen.dtype}, should be {wanted.dtype}", example=example)


def _expect_none(bad: Tensor, seen: Tensor, wanted: Tensor, message: str, example: Value) -> None:
    """Fail with the first place where `bad` is true, if there is one."""
    if not bool(bad.any()):
        return
    place = tuple(int(index) for index in bad.nonzero()[0])
    where = f"element {list(place)}" if place else "it"
    texts = [(_number(seen[place], d), _number(wanted[place], d)) for d in (6, 9, 17)]
    found, right = next((two for two in texts if two[0] != two[1]), texts[-1])
    fail(f"{message}: {where} is {found}, should be {right}", example=example)


def _number(element: Tensor, digits: int) -> str:
    value = cast("bool | int | float | complex", element.item())
    return f"{value:.{digits}g}" if isinstance(value, (float, complex)) else str(value)


def _wide(tensor: Tensor) -> Tensor:
    return tensor.to(torch.complex128) if tensor.is_complex() else tensor.double()


def _tolerance(wanted: Tensor, truth: Tensor, factor: float) -> float:
    finite = torch.isfinite(truth)
    if not bool(finite.any()) or not (wanted.is_floating_point() or wanted.is_complex()):
        return 0.0
    largest = max(float(truth[finite].abs().max()), torch.finfo(wanted.dtype).tiny)
    error = float((_wide(wanted) - truth)[finite].abs().max())
    return factor * max(torch.finfo(wanted.dtype).eps * largest, error)
