import json
import math
from collections.abc import Iterator
from typing import cast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.wire.frames import WireError
from bot.wire.values import (
    DTYPES,
    LENGTH,
    MAX_DEPTH,
    MAX_KEY_CHARS,
    MAX_PARTS,
    MAX_TENSORS,
    Generator,
    Handle,
    StreamRef,
    Value,
    decode,
    encode,
)

pytestmark = pytest.mark.torch

WHOLE = st.integers(-(2**63) + 1, 2**63 - 1)
SCALARS = st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
HANDLES = (Handle(7, "Linear"), StreamRef(3), Generator([1, "a"]))


def framed(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return LENGTH.pack(len(text)) + text + body


@settings(deadline=None)  # a busy machine takes its time
@given(VALUES)
def test_values_come_back_as_they_went(value: Value) -> None:
    back = decode(encode(value))

    assert back == value
    assert repr(back) == repr(value)  # 1 is not True, and a tuple no list


def test_a_single_element_cut_out_of_a_row_travels() -> None:
    row = torch.arange(3).reshape(1, 3)

    back = decode(encode(row[:, 0]))

    assert torch.equal(cast("torch.Tensor", back), torch.tensor([0]))


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 4), (2, 3, 4)])
def test_tensors_come_back_bit_for_bit(name: str, shape: tuple[int, ...]) -> None:
    tensor = (torch.randn(shape, dtype=torch.float64) * 3).to(DTYPES[name])

    back = decode(encode([tensor]))[0]

    assert (back.dtype, back.shape) == (tensor.dtype, tensor.shape)
    assert torch.equal(back, tensor)


def test_every_view_of_a_tensor_travels_by_its_values() -> None:
    base = torch.arange(12.0).reshape(3, 4)
    views = [base.T, base[:, 1:3], base[::2], base.expand(2, 3, 4), base[1, 1].requires_grad_()]

    back = decode(encode(views))

    assert all(torch.equal(seen, view) for seen, view in zip(back, views, strict=True))


def test_nan_and_infinities_keep_their_names() -> None:
    back = decode(encode([math.inf, -math.inf, math.nan]))

    assert back[:2] == [math.inf, -math.inf]
    assert math.isnan(back[2])


def test_no_two_tensors_of_a_value_share_memory() -> None:
    tensor = torch.ones(2)
    first, second = decode(encode([tensor, tensor]))

    first.add_(1)

    assert torch.equal(second, tensor)
    assert torch.equal(tensor, torch.ones(2))


@pytest.mark.parametrize("handle", HANDLES)
def test_references_come_back_as_they_went(handle: Value) -> None:
    assert decode(encode({"a": [handle]})) == {"a": [handle]}


class Money(float):
    """A number with behaviour of its own."""


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        2**63,
        Money(3),
        torch.ones(2).to_sparse(),
        1j,
        b"bytes",
        {0: "a key that is no text"},
        {"x" * (MAX_KEY_CHARS + 1): "a key that is too long"},
    ],
)
def test_what_cannot_travel_stays_under_a_handle(value: object) -> None:
    kept: list[object] = []

    def keep(thing: object) -> Handle:
        kept.append(thing)
        return Handle(1, type(thing).__name__)

    assert decode(encode([value], keep=keep)) == [Handle(1, type(value).__name__)]
    assert kept == [value] or kept[0] is value
    with pytest.raises(WireError, match="cannot travel"):
        encode([value])


def nested(depth: int) -> Value:
    value: Value = 1
    for _ in range(depth):
        value = [value]
    return value


def test_depth_ends_at_the_limit_on_both_sides() -> None:
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(WireError, match="too deeply"):
        encode(nested(MAX_DEPTH + 1))
    with pytest.raises(WireError, match="too deeply"):
        decode(framed({"value": nested(MAX_DEPTH + 1), "tensors": []}))


def test_parts_end_at_the_limit_on_both_sides() -> None:
    most = [0] * (MAX_PARTS - 1)  # the list is one, too

    assert decode(encode(most)) == most
    with pytest.raises(WireError, match="too many parts"):
        encode([*most, 0])
    with pytest.raises(WireError, match="too many parts"):
        decode(framed({"value": [*most, 0], "tensors": []}))


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[Value] = []
    loop.append(loop)

    with pytest.raises(WireError, match="too deeply"):
        encode(loop)


LIES: dict[str, bytes] = {
    "empty": b"",
    "header longer than value": LENGTH.pack(100) + b"{}",
    "header no JSON": LENGTH.pack(3) + b"{{{",
    "header not text": LENGTH.pack(2) + b"\xff\xfe",
    "header deep": LENGTH.pack(200_000) + b"[" * 200_000,
    "header huge number": LENGTH.pack(6000) + b"1" * 6000,
    "header a list": framed([]),
    "no tensors": framed({"value": 1}),
    "tensors no list": framed({"value": 1, "tensors": 3}),
    "too many tensors": framed({"value": 1, "tensors": [["f32", [0]]] * (MAX_TENSORS + 1)}),
    "tensor no pair": framed({"value": 1, "tensors": [["f32"]]}),
    "unknown dtype": framed({"value": 1, "tensors": [["object", [1]]]}, b"12345678"),
    "dtype no text": framed({"value": 1, "tensors": [[[], [1]]]}, b"1234"),
    "negative size": framed({"value": 1, "tensors": [["f32", [-1]]]}),
    "size true": framed({"value": 1, "tensors": [["f32", [True]]]}, b"1234"),
    "size a float": framed({"value": 1, "tensors": [["f32", [1.0]]]}, b"1234"),
    "17 dimensions": framed({"value": 1, "tensors": [["f32", [1] * 17]]}, b"1234"),
    "too few bytes": framed({"value": 1, "tensors": [["f32", [2]]]}, b"1234"),
    "too many bytes": framed({"value": 1, "tensors": [["f32", [1]]]}, b"12345"),
    "overflowing size": framed({"value": 1, "tensors": [["f32", [2**39, 2**39]]]}),
    "overflow behind a zero": framed({"value": 1, "tensors": [["f32", [0, 2**62, 2**62]]]}),
    "rows without columns": framed({"value": {"x": 0}, "tensors": [["f32", [2**23, 0]]]}),
    "tensor twice": framed({"value": [{"x": 0}, {"x": 0}], "tensors": [["f32", [1]]]}, b"1234"),
    "tensor out of order": framed({"value": {"x": 1}, "tensors": [["f32", [0]]] * 2}),
    "tensor that is not there": framed({"value": {"x": 0}, "tensors": []}),
    "tensor -1": framed({"value": {"x": -1}, "tensors": [["f32", [0]]]}),
    "bare NaN": LENGTH.pack(29) + b'{"value": NaN, "tensors": []}',
    "unknown tag": framed({"value": {"q": 1}, "tensors": []}),
    "two tags": framed({"value": {"t": [], "d": []}, "tensors": []}),
    "keys that collide": framed(
        {"value": {"d": [[n * (2**61 - 1), 0] for n in range(36_000)]}, "tensors": []}
    ),
    "number as a key": framed({"value": {"d": [[1, 2]]}, "tensors": []}),
    "nothing as a key": framed({"value": {"d": [[None, 2]]}, "tensors": []}),
    "tuple as a key": framed({"value": {"d": [[{"t": [1]}, 2]]}, "tensors": []}),
    "key too long": framed({"value": {"d": [["x" * (MAX_KEY_CHARS + 1), 2]]}, "tensors": []}),
    "number too long": framed({"value": 2**63, "tensors": []}),
    "handle too long": framed({"value": {"h": [2**63, "x"]}, "tensors": []}),
    "stream too long": framed({"value": {"p": -(2**63)}, "tensors": []}),
    "tuple of nothing": framed({"value": {"t": 3}, "tensors": []}),
    "dict of singles": framed({"value": {"d": [[1]]}, "tensors": []}),
    "unhashable key": framed({"value": {"d": [[[1], 2]]}, "tensors": []}),
    "unhashable part of a key": framed({"value": {"d": [[{"t": [[1]]}, 2]]}, "tensors": []}),
    "float that is none": framed({"value": {"f": "1.5"}, "tensors": []}),
    "float of a list": framed({"value": {"f": []}, "tensors": []}),
    "handle without type": framed({"value": {"h": [1]}, "tensors": []}),
    "handle true": framed({"value": {"h": [True, "x"]}, "tensors": []}),
    "stream no number": framed({"value": {"p": "1"}, "tensors": []}),
}


@pytest.mark.parametrize("lie", LIES)
def test_decode_refuses_bytes_that_lie(lie: str) -> None:
    with pytest.raises(WireError):
        decode(LIES[lie])


def trees() -> st.SearchStrategy[object]:
    json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    tags = st.sampled_from(["t", "d", "x", "h", "p", "g", "f", "z"])
    return st.recursive(
        json_values,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(tags, inner, max_size=2),
        max_leaves=15,
    )


SPECS = st.lists(
    st.tuples(st.sampled_from([*DTYPES, "?"]), st.lists(st.integers(-1, 2**70), max_size=3)),
    max_size=3,
)


@settings(deadline=None)  # a busy machine takes its time
@given(trees(), SPECS | trees(), st.binary(max_size=64))
def test_decode_makes_a_value_of_any_header_or_refuses_it(
    tree: object, specs: object, body: bytes
) -> None:
    try:
        value = decode(framed({"value": tree, "tensors": specs}, body))
    except WireError:
        return
    assert all(tensor.numel() <= len(body) for tensor in tensors_in(value))


@settings(deadline=None)  # a busy machine takes its time
@given(st.binary(max_size=200))
def test_decode_makes_a_value_of_any_bytes_or_refuses_them(data: bytes) -> None:
    try:
        decode(data)
    except WireError:
        return


def tensors_in(value: Value) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    if isinstance(value, dict):
        yield from tensors_in([*cast("dict[Value, Value]", value).values()])
    if isinstance(value, (list, tuple)):
        for item in cast("list[Value]", value):
            yield from tensors_in(item)
