"""How a check compares: shape and dtype first, then the first value that differs."""

import math
from typing import NoReturn, cast

import torch
from torch import Tensor

from bot.kit.errors import CheckFailed
from bot.kit.render import render_value
from bot.wire.values import Value

MAX_SEEN_CHARS = 80


def expect(condition: bool, message: str, *, example: Value = None) -> None:  # noqa: FBT001  # reads as a sentence
    """Fail with this message unless the condition holds.

    Raises:
        CheckFailed: It does not.
    """
    if not condition:
        fail(message, example=example)


def fail(message: str, *, example: Value = None) -> NoReturn:
    """Fail with this message.

    Args:
        message: What was seen and what should be; the learner reads it as a sentence.
        example: The smallest failing input; shown as Python text.

    Raises:
        CheckFailed: Always.
    """
    raise CheckFailed(message, example="" if example is None else render_value(example))


def expect_form(seen: Value, wanted: Tensor, message: str, *, example: Value = None) -> None:
    """Fail unless a value is a tensor of another's shape and dtype.

    Raises:
        CheckFailed: It is not, and the message says what it is.
    """
    if not isinstance(seen, Tensor):
        text = render_value(seen, limit=MAX_SEEN_CHARS)
        fail(f"{message}: it is {text}, should be a tensor", example=example)
    if seen.shape != wanted.shape:
        shape, right = tuple(seen.shape), tuple(wanted.shape)
        fail(f"{message}: its shape is {shape}, should be {right}", example=example)
    if seen.dtype != wanted.dtype:
        fail(f"{message}: its dtype is {seen.dtype}, should be {wanted.dtype}", example=example)


def expect_equal(seen: Value, wanted: Value, message: str, *, example: Value = None) -> None:
    """Fail unless a value equals another exactly: tensors bit for bit, with dtype and shape.

    NaN equals NaN here.

    Raises:
        CheckFailed: It does not; the message names the first element that differs.
    """
    if isinstance(wanted, Tensor):
        expect_form(seen, wanted, message, example=example)
        bad = (seen != wanted) & ~(seen.isnan() & wanted.isnan())
        _expect_none(bad, seen, wanted, message, example)
    elif type(seen) is not type(wanted) or not _same(seen, wanted):
        text = render_value(seen, limit=MAX_SEEN_CHARS)
        fail(f"{message}: it is {text}, should be {render_value(wanted)}", example=example)


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

    Args:
        seen: What came back.
        wanted: What it should be: its shape and dtype are those the answer must have.
        message: What was looked at; the first element that differs is added to it.
        exact: The same in float64 or complex128, of the same shape.
        factor: How many times the derived error is allowed.
        example: The input that shows it.

    Raises:
        CheckFailed: It is not close.
    """
    expect_form(seen, wanted, message, example=example)
    # Where the answer's own dtype overflows, that is what should be seen.
    truth = torch.where(torch.isfinite(wanted), _wide(wanted if exact is None else exact), wanted)
    found = _wide(seen)
    near = (found - truth).abs() <= _tolerance(wanted, truth, factor)
    same = (found == truth) | (found.isnan() & truth.isnan())
    bad = ~torch.where(torch.isfinite(truth), near, same)
    _expect_none(bad, seen, wanted, message, example)


def _same(seen: Value, wanted: Value) -> bool:
    both_nan = isinstance(wanted, float) and math.isnan(wanted) and math.isnan(seen)
    return both_nan or bool(seen == wanted)


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
