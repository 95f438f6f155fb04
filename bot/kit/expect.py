"""How a check compares: shape and dtype first, then the first value that differs."""

import math
import sys
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
        fail(f"{message}: it is {_named(seen)}, should be a tensor", example=example)
    if seen.shape != wanted.shape:
        shape, right = tuple(seen.shape), tuple(wanted.shape)
        fail(f"{message}: its shape is {shape}, should be {right}", example=example)
    if seen.dtype != wanted.dtype:
        fail(f"{message}: its dtype is {seen.dtype}, should be {wanted.dtype}", example=example)


def has_form(seen: Value, wanted: Tensor) -> bool:
    """Whether a value is a tensor of another's shape and dtype."""
    return isinstance(seen, Tensor) and seen.shape == wanted.shape and seen.dtype == wanted.dtype


def expect_equal(seen: Value, wanted: Value, message: str, *, example: Value = None) -> None:
    """Fail unless a value equals another exactly: tensors bit for bit, with dtype and shape.

    NaN equals NaN here, and 0.0 is not -0.0.

    Raises:
        CheckFailed: It does not; the message names the first element that differs.
    """
    if isinstance(wanted, Tensor):
        expect_form(seen, wanted, message, example=example)
        _expect_none(_differs(seen, wanted), seen, wanted, message, example)
    elif not _same(seen, wanted):
        right = render_value(wanted, limit=MAX_SEEN_CHARS)
        fail(f"{message}: it is {_named(seen)}, should be {right}", example=example)


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
    tolerance = _tolerance(wanted, truth, factor)
    _expect_none(_apart(seen, truth, tolerance), seen, wanted, message, example)


def expect_number(
    seen: Value,
    wanted: float,
    message: str,
    *,
    factor: float = 16.0,
    scale: float = 0.0,
    example: Value = None,
) -> None:
    """Fail unless a number is near another: whole numbers will do, tensors and texts will not.

    Args:
        seen: What came back.
        wanted: What it should be; NaN and infinities match only themselves.
        message: What was looked at.
        factor: How many rounding errors of float64 are allowed, at the larger of `wanted` and
            `scale`.
        scale: The size of the numbers that it is computed from, where they may cancel.
        example: The input that shows it.

    Raises:
        CheckFailed: It is not.
    """
    if not isinstance(seen, (int, float)) or isinstance(seen, bool):
        fail(f"{message}: it is {_named(seen)}, should be a number", example=example)
    same = seen == wanted or (math.isnan(wanted) and math.isnan(seen))
    near = abs(seen - wanted) <= factor * sys.float_info.epsilon * max(abs(wanted), scale)
    if not (same or near):
        texts = ((f"{seen:.{digits}g}", f"{wanted:.{digits}g}") for digits in (6, 9, 17))
        found, right = next((two for two in texts if two[0] != two[1]), (str(seen), str(wanted)))
        fail(f"{message}: it is {found}, should be {right}", example=example)


def expect_within(
    seen: Tensor, wanted: Tensor, tolerance: float | Tensor, message: str, *, example: Value = None
) -> None:
    """Fail unless each element lies within a distance of another's, for tolerances of one's own.

    Args:
        seen: What came back, of the shape of `wanted`.
        wanted: What it should be.
        tolerance: The distance, for all elements or each: never computed from `seen`.
        message: What was looked at; the first element that differs is added to it.
        example: The input that shows it.

    Raises:
        CheckFailed: One lies farther away.
    """
    _expect_none(_apart(seen, _wide(wanted), tolerance), seen, wanted, message, example)


def rounding(wanted: Tensor, factor: float) -> float:
    """So many rounding errors at the largest finite magnitude of a tensor; 0 for whole numbers."""
    return _tolerance(wanted, _wide(wanted), factor)


def _apart(seen: Tensor, truth: Tensor, tolerance: float | Tensor) -> Tensor:
    """Where a tensor is not near; NaN and infinities match only themselves."""
    found = _wide(seen)
    near = (found - truth).abs() <= tolerance
    same = (found == truth) | (found.isnan() & truth.isnan())
    return ~torch.where(torch.isfinite(truth), near, same)


def _differs(seen: Tensor, wanted: Tensor) -> Tensor:
    """Where two tensors of one form are not the same bit for bit, NaN aside."""
    other_zero = torch.signbit(seen) != torch.signbit(wanted) if _has_signs(wanted) else False
    return ((seen != wanted) | other_zero) & ~(seen.isnan() & wanted.isnan())


def _has_signs(tensor: Tensor) -> bool:
    return not tensor.is_complex() and tensor.dtype is not torch.bool


def _named(seen: Value) -> str:
    """Something that is no tensor, in a few words: of what holds others, how many."""
    if isinstance(seen, (list, tuple, dict)):
        parts = cast("tuple[Value, ...]", seen)
        return f"a {type(parts).__name__} of {len(parts)}"
    return render_value(seen, limit=MAX_SEEN_CHARS)


def _same(seen: Value, wanted: Value) -> bool:
    """Whether two values are the same, part by part, each of the same type."""
    if type(seen) is not type(wanted):
        return False
    if isinstance(wanted, Tensor):
        return has_form(seen, wanted) and not bool(_differs(seen, wanted).any())
    if isinstance(wanted, (list, tuple)):
        return _same_parts(cast("tuple[Value, ...]", seen), cast("tuple[Value, ...]", wanted))
    if isinstance(wanted, dict):
        pairs = cast("dict[Value, Value]", seen).items(), cast("dict[Value, Value]", wanted).items()
        return _same_parts(*map(tuple, pairs))
    both_nan = isinstance(wanted, float) and math.isnan(wanted) and math.isnan(seen)
    return both_nan or bool(seen == wanted)


def _same_parts(seen: tuple[Value, ...], wanted: tuple[Value, ...]) -> bool:
    return len(seen) == len(wanted) and all(map(_same, seen, wanted))


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
