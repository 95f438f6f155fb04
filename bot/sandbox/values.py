"""Values on the wire: JSON for structure, raw bytes for tensors. Used by judge and solver.

``u32 header length | header JSON | tensor bytes in order``; the header is
``{"value": …, "tensors": [[dtype, [shape]], …]}``. Nothing is executed to read a value: no pickle,
no `torch.load`. Dtype, shape and length are checked before a byte becomes a tensor.
"""

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from bot.sandbox.wire import WireError

LENGTH = struct.Struct(">I")
HEADER_LIMIT_BYTES = 1024 * 1024
TENSORS_AT_MOST = 4096
DEPTH_AT_MOST = 32
DIMENSIONS_AT_MOST = 16

DTYPES: dict[str, torch.dtype] = {
    "f16": torch.float16,
    "bf16": torch.bfloat16,
    "f32": torch.float32,
    "f64": torch.float64,
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
class Pulled:
    """An iterable whose items the judge serves, by number."""

    number: int


@dataclass(frozen=True, slots=True)
class Generated:
    """Values that the learner gets as a generator."""

    items: tuple[Any, ...]


def encode(value: object, *, keep: Callable[[object], Handle] | None = None) -> bytes:
    """A value's bytes.

    Args:
        value: None, bool, int, float, str, tensors, and lists, tuples and dicts of these.
        keep: Makes a handle for anything else; without it such a value is refused.

    Raises:
        WireError: It holds something that cannot travel.
    """
    tensors: list[torch.Tensor] = []
    tree = _Encoder(tensors, keep).tree(value, 0)
    header = json.dumps(
        {"value": tree, "tensors": [[NAMES[t.dtype], list(t.shape)] for t in tensors]}
    ).encode()
    return b"".join([LENGTH.pack(len(header)), header, *(_bytes(t) for t in tensors)])


def decode(data: bytes) -> Any:
    """The value in these bytes.

    Raises:
        WireError: They keep to no rule.
    """
    if len(data) < LENGTH.size:
        raise WireError("a value without a header")
    (length,) = LENGTH.unpack_from(data)
    if length > min(HEADER_LIMIT_BYTES, len(data) - LENGTH.size):
        raise WireError("a header longer than its value")
    end = LENGTH.size + length
    try:
        header = json.loads(data[LENGTH.size : end])
        tree, specs = header["value"], header["tensors"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WireError("a header that does not parse") from error
    return _Decoder(_tensors(specs, data[end:])).value(tree, 0)


def _bytes(tensor: torch.Tensor) -> bytes:
    flat = tensor.detach().to("cpu").contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""


def _tensors(specs: object, body: bytes) -> list[torch.Tensor]:
    if not isinstance(specs, list) or len(specs) > TENSORS_AT_MOST:
        raise WireError("no list of tensors, or too long a one")
    made: list[torch.Tensor] = []
    offset = 0
    for spec in specs:
        dtype, shape = _spec(spec)
        size = math.prod(shape) * dtype.itemsize
        if size > len(body) - offset:
            raise WireError("fewer bytes than the tensors need")
        chunk = bytearray(body[offset : offset + size])
        flat = torch.frombuffer(chunk, dtype=dtype) if size else torch.empty(0, dtype=dtype)
        made.append(flat.reshape(shape))
        offset += size
    if offset != len(body):
        raise WireError("more bytes than the tensors need")
    return made


def _spec(spec: object) -> tuple[torch.dtype, tuple[int, ...]]:
    if not isinstance(spec, list) or len(spec) != 2 or not isinstance(spec[1], list):
        raise WireError("a tensor without dtype and shape")
    name, shape = spec
    if not isinstance(name, str) or name not in DTYPES or len(shape) > DIMENSIONS_AT_MOST:
        raise WireError("a tensor of unknown dtype, or of too many dimensions")
    if not all(type(size) is int and 0 <= size < 2**40 for size in shape):
        raise WireError("a tensor with an impossible shape")
    return DTYPES[name], tuple(shape)


@dataclass(slots=True)
class _Encoder:
    tensors: list[torch.Tensor]
    keep: Callable[[object], Handle] | None

    def tree(self, value: object, depth: int) -> object:
        if depth > DEPTH_AT_MOST:
            raise WireError("a value nested too deeply")
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value if kind is not int or abs(value) < 2**63 else self._kept(value)
        if kind is float:
            return value if math.isfinite(value) else {"f": repr(value)}
        if kind is list:
            return [self.tree(item, depth + 1) for item in value]
        if kind is tuple:
            return {"t": [self.tree(item, depth + 1) for item in value]}
        if kind is dict:
            return {
                "d": [
                    [self.tree(key, depth + 1), self.tree(item, depth + 1)]
                    for key, item in value.items()
                ]
            }
        return self._other(value, depth)

    def _other(self, value: object, depth: int) -> object:
        if isinstance(value, Handle):
            return {"h": [value.number, value.type_name]}
        if isinstance(value, Pulled):
            return {"p": value.number}
        if isinstance(value, Generated):
            return {"g": [self.tree(item, depth + 1) for item in value.items]}
        if isinstance(value, torch.Tensor) and _is_plain(value):
            self.tensors.append(value)
            if len(self.tensors) > TENSORS_AT_MOST:
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

    def value(self, tree: object, depth: int) -> Any:
        if depth > DEPTH_AT_MOST:
            raise WireError("a value nested too deeply")
        if tree is None or isinstance(tree, (bool, int, float, str)):
            return tree
        if isinstance(tree, list):
            return [self.value(item, depth + 1) for item in tree]
        if isinstance(tree, dict) and len(tree) == 1:
            ((tag, body),) = tree.items()
            return self._tagged(tag, body, depth)
        raise WireError("a value of unknown form")

    def _tagged(self, tag: str, body: object, depth: int) -> Any:
        if tag == "f" and body in ("nan", "inf", "-inf"):
            return float(str(body))
        if tag == "x" and type(body) is int and 0 <= body < len(self.tensors):
            return self.tensors[body]
        if tag == "p" and type(body) is int:
            return Pulled(body)
        if tag == "h" and isinstance(body, list) and len(body) == 2:
            number, name = body
            if type(number) is int and isinstance(name, str):
                return Handle(number, name[:100])
        if tag in ("t", "g") and isinstance(body, list):
            items = tuple(self.value(item, depth + 1) for item in body)
            return items if tag == "t" else Generated(items)
        if tag == "d" and isinstance(body, list):
            return self._dict(body, depth)
        raise WireError("a value of unknown form")

    def _dict(self, pairs: list[object], depth: int) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for pair in pairs:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WireError("a dict that is not made of pairs")
            key = self.value(pair[0], depth + 1)
            if not isinstance(key, (str, int, float, bool, tuple, type(None))):
                raise WireError("a dict with a key that cannot be one")
            made[key] = self.value(pair[1], depth + 1)
        return made
