"""Values on the wire: JSON for structure, raw bytes for tensors. Used by judge and solver.

``u32 header length | header JSON | tensor bytes in order``; the header is
``{"value": …, "tensors": [[dtype, [shape]], …]}``. Nothing is executed to read a value: no pickle,
no `torch.load`. Dtype, shape and length are checked before a byte becomes a tensor.

In the JSON, what JSON has no word for is an object with one key: ``f`` a float that is not finite,
``t`` a tuple, ``d`` a dict as pairs, ``x`` a tensor by place, ``h`` a handle, ``p`` a stream,
``g`` a generator. Tensors are listed in the order in which the value holds them, each once, so that
a value takes no more memory than it has bytes.

Reading takes time in proportion to the bytes, whatever they say: parts are counted, whole numbers
have 64 bits, and the keys of a dict are short texts, whose hashes nobody can foresee. (Numbers that
collide can be chosen: 36,000 of them in one dict took minutes.)
"""

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, cast

import torch

from bot.wire.frames import MAX_PAYLOAD_BYTES, WireError

Value: TypeAlias = Any
"""What travels: None, bool, int, float, str, tensors, and lists, tuples and dicts of these.

The keys of a dict are texts; one with other keys stays where it is, as all else does.
"""

LENGTH = struct.Struct(">I")
MAX_HEADER_BYTES = 1024 * 1024
MAX_PARTS = 2**16
"""Everything in a value counts: numbers, texts, keys, and what holds them."""

MAX_TENSORS = 4096
MAX_DEPTH = 32
MAX_KEY_CHARS = 256
END_OF_WHOLE = 2**63
"""Whole numbers are nearer to zero than this."""

MAX_DIMENSIONS = 16

PAIR = 2

DTYPES: Mapping[str, torch.dtype] = {
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
    "c64": torch.complex64,
    "c128": torch.complex128,
    "i8": torch.int8,
    "i16": torch.int16,
    "i32": torch.int32,
    "i64": torch.int64,
    "u8": torch.uint8,
    "bool": torch.bool,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


@dataclass(frozen=True, slots=True)
class Handle:
    """Something that stays in the solver, by number."""

    number: int
    type_name: str = ""


@dataclass(frozen=True, slots=True)
class StreamRef:
    """An iterable whose items the judge serves one by one, by number."""

    number: int


@dataclass(frozen=True, slots=True)
class Generator:
    """Values that travel with a call; learner code gets a generator over them."""

    items: Sequence[Value]


Keep = Callable[[object], Handle]
"""Keeps something that cannot travel, and returns the handle that travels in its place."""


def encode(value: Value, *, keep: Keep | None = None) -> bytes:
    """A value's bytes.

    Args:
        value: What is to travel.
        keep: Makes a handle for what cannot; without it such a value is refused.

    Raises:
        WireError: It holds something that cannot travel.
    """
    tensors: list[torch.Tensor] = []
    tree = _Encoder(tensors, keep).tree(value, 0)
    header = json.dumps(
        {"value": tree, "tensors": [[NAMES[t.dtype], list(t.shape)] for t in tensors]}
    ).encode()
    if len(header) > MAX_HEADER_BYTES:
        raise WireError("a value of too many parts")
    return b"".join([LENGTH.pack(len(header)), header, *map(_bytes, tensors)])


def decode(data: bytes, *, device: str = "cpu") -> Value:
    """The value in these bytes.

    Args:
        data: As `encode` made them.
        device: Where its tensors are put.

    Raises:
        WireError: They break a rule.
    """
    if len(data) < LENGTH.size:
        raise WireError("a value without a header")
    (length,) = LENGTH.unpack_from(data)
    if length > min(MAX_HEADER_BYTES, len(data) - LENGTH.size):
        raise WireError("a header longer than its value")
    end = LENGTH.size + length
    try:
        header = json.loads(data[LENGTH.size : end], parse_constant=_no_constant)
        tree, specs = header["value"], header["tensors"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WireError("a header that does not parse") from error
    tensors = [tensor.to(device) for tensor in _tensors(specs, data[end:])]
    return _Decoder(tensors).value(tree, 0)


def _no_constant(name: str) -> NoReturn:
    raise WireError(f"a header with a bare {name}")


def _bytes(tensor: torch.Tensor) -> bytes:
    plain = tensor.detach().to("cpu").resolve_conj().resolve_neg()
    # Not `contiguous()`: a single element is contiguous with any stride, and cannot be viewed then.
    flat = plain.clone(memory_format=torch.contiguous_format).reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def _tensors(specs: object, body: bytes) -> list[torch.Tensor]:
    listed = _list(specs)
    if len(listed) > MAX_TENSORS:
        raise WireError("too many tensors in one value")
    made: list[torch.Tensor] = []
    offset = 0
    for spec in listed:
        dtype, shape = _spec(spec)
        size = math.prod(shape) * dtype.itemsize
        if size > len(body) - offset:
            raise WireError("fewer bytes than the tensors need")
        # A copy of its own: tensors of one value share no memory, and none of the frame's.
        chunk = bytearray(body[offset : offset + size])
        flat = torch.frombuffer(chunk, dtype=dtype) if size else torch.empty(0, dtype=dtype)
        made.append(flat.reshape(shape))
        offset += size
    if offset != len(body):
        raise WireError("more bytes than the tensors need")
    return made


def _spec(spec: object) -> tuple[torch.dtype, tuple[int, ...]]:
    parts = _list(spec)
    if len(parts) != PAIR:
        raise WireError("a tensor without dtype and shape")
    name, shape = parts[0], _list(parts[1])
    if not isinstance(name, str) or name not in DTYPES or len(shape) > MAX_DIMENSIONS:
        raise WireError("a tensor of unknown dtype, or of too many dimensions")
    sizes = tuple(_whole(size) for size in shape)
    # Zeros aside: summing a tensor of many rows without columns gives a sum for each row.
    if math.prod(size or 1 for size in sizes) > MAX_PAYLOAD_BYTES:
        raise WireError("a tensor with an impossible shape")
    return DTYPES[name], sizes


def _whole(size: object) -> int:
    if type(size) is not int or size < 0:
        raise WireError("a tensor with an impossible shape")
    return size


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise WireError("something else where a list must be")
    return cast("list[object]", value)


@dataclass(slots=True)
class _Encoder:
    tensors: list[torch.Tensor]
    keep: Keep | None
    parts: int = 0

    def tree(self, value: Value, depth: int) -> object:
        self.parts = _one_more(self.parts)
        # Exact types: a subclass may carry behaviour, which cannot travel.
        kind = cast("type[object]", type(value))
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if _is_whole(value) else self._kept(value)
        if kind is float:
            return value if math.isfinite(value) else {"f": repr(value)}
        return self._container(value, depth)

    def _container(self, value: Value, depth: int) -> object:
        if depth >= MAX_DEPTH:
            raise WireError("a value nested too deeply")
        kind = cast("type[object]", type(value))
        if kind is list:
            return self._trees(value, depth)
        if kind is tuple:
            return {"t": self._trees(value, depth)}
        if kind is dict and all(map(_is_key, value)):
            return {"d": [self._trees(pair, depth) for pair in value.items()]}
        if isinstance(value, Generator):
            return {"g": self._trees(value.items, depth)}
        return self._other(value)

    def _trees(self, values: Value, depth: int) -> list[object]:
        return [self.tree(value, depth + 1) for value in values]

    def _other(self, value: object) -> object:
        if isinstance(value, Handle):
            return {"h": [value.number, value.type_name]}
        if isinstance(value, StreamRef):
            return {"p": value.number}
        if isinstance(value, torch.Tensor) and _is_plain(value):
            self.tensors.append(value)
            if len(self.tensors) > MAX_TENSORS:
                raise WireError("too many tensors in one value")
            return {"x": len(self.tensors) - 1}
        return self._kept(value)

    def _kept(self, value: object) -> object:
        if self.keep is None:
            raise WireError(f"a {type(value).__name__} cannot travel")
        handle = self.keep(value)
        return {"h": [handle.number, handle.type_name]}


def _is_plain(tensor: torch.Tensor) -> bool:
    return tensor.layout is torch.strided and tensor.dtype in NAMES and not tensor.is_meta


@dataclass(slots=True)
class _Decoder:
    tensors: list[torch.Tensor]
    taken: int = 0
    parts: int = 0

    def value(self, tree: object, depth: int) -> Value:
        self.parts = _one_more(self.parts)
        if depth > MAX_DEPTH:
            raise WireError("a value nested too deeply")
        if tree is None or isinstance(tree, (bool, float, str)) or _is_whole(tree):
            return tree
        if isinstance(tree, list):
            return self._values(cast("list[object]", tree), depth)
        if isinstance(tree, dict) and len(tagged := cast("dict[str, object]", tree)) == 1:
            ((tag, body),) = tagged.items()
            return self._composed(tag, body, depth)
        raise WireError("a value of unknown form")

    def _values(self, trees: object, depth: int) -> list[Value]:
        return [self.value(tree, depth + 1) for tree in _list(trees)]

    def _composed(self, tag: str, body: object, depth: int) -> Value:
        if tag == "t":
            return tuple(self._values(body, depth))
        if tag == "g":
            return Generator(self._values(body, depth))
        if tag == "d":
            return dict(self._pair(pair, depth) for pair in _list(body))
        return self._simple(tag, body)

    def _simple(self, tag: str, body: object) -> Value:
        if tag == "f" and body in ("nan", "inf", "-inf"):
            return float(str(body))
        if tag == "x" and type(body) is int and body == self.taken < len(self.tensors):
            self.taken += 1
            return self.tensors[body]
        if tag == "p" and isinstance(body, int) and _is_whole(body):
            return StreamRef(body)
        if tag == "h":
            return _handle(body)
        raise WireError("a value of unknown form")

    def _pair(self, pair: object, depth: int) -> tuple[Value, Value]:
        parts = _list(pair)
        if len(parts) != PAIR:
            raise WireError("a dict that is not made of pairs")
        key, item = (self.value(part, depth + 1) for part in parts)
        if not _is_key(key):
            raise WireError("a dict with a key that is no short text")
        return key, item


def _handle(body: object) -> Handle:
    match _list(body):
        case [int(number), str(name)] if _is_whole(number):
            return Handle(number, name[:100])
        case _:
            raise WireError("a handle without number and type")


def _one_more(parts: int) -> int:
    """Count a part. Raises WireError at one too many."""
    if parts == MAX_PARTS:
        raise WireError("a value of too many parts")
    return parts + 1


def _is_whole(value: object) -> bool:
    """Whether it is a whole number of 64 bits; `True` is none."""
    return type(value) is int and abs(value) < END_OF_WHOLE


def _is_key(value: Value) -> bool:
    return cast("type[object]", type(value)) is str and len(value) <= MAX_KEY_CHARS
