"""Values as short Python text, for examples and messages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from bot.wire.values import Value

MAX_VALUE_CHARS = 600
MAX_ELEMENTS = 60
"""Of a tensor that is written out; of a larger one its shape says more than its first numbers."""


def render_value(value: Value, *, limit: int = MAX_VALUE_CHARS) -> str:
    """A value as short Python text. No more of it is written out than is shown."""
    text = ""
    for piece in _pieces(value):
        text += piece
        if len(text) > limit:
            return f"{text[:limit]} …"
    return text


def _pieces(value: Value) -> Iterator[str]:
    if isinstance(value, Tensor) and value.numel() > MAX_ELEMENTS:
        yield f"<{value.dtype} of shape {tuple(value.shape)}>"
    elif isinstance(value, Tensor):
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
