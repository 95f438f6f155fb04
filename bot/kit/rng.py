"""Hidden inputs: drawn anew for each submission, and the same again when it is graded again."""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from bot.wire.values import Value


class Rng:
    """Draws a check's inputs: Philox, keyed with 128 bits of the submission's seed and the name.

    Each check has a stream of its own, so that a new check changes no other check's inputs. Tensors
    are on the CPU; a solver with a GPU gets them there.

    Attributes:
        numpy: The generator itself, for distributions that have no method here.
    """

    def __init__(self, seed: bytes, name: str) -> None:
        key = hashlib.sha256(seed + name.encode()).digest()[:16]
        self.numpy = np.random.Generator(np.random.Philox(key=int.from_bytes(key, "big")))

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Standard normal numbers of this shape, drawn in float64 and rounded to `dtype`."""
        return torch.tensor(self.numpy.standard_normal(shape)).to(dtype)

    def uniform(
        self,
        low: float,
        high: float,
        shape: Sequence[int] = (),
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Uniform numbers in [low, high) of this shape, drawn in float64 and rounded to `dtype`."""
        return torch.tensor(self.numpy.uniform(low, high, tuple(shape))).to(dtype)

    def integers(self, low: int, high: int, shape: Sequence[int] = ()) -> Tensor:
        """Integers in [low, high) of this shape, int64.

        Raises:
            ValueError: `low` is not below `high`.
        """
        return torch.tensor(self.numpy.integers(low, high, tuple(shape)), dtype=torch.int64)

    def integer(self, low: int, high: int) -> int:
        """One integer in [low, high), a Python number.

        Raises:
            ValueError: `low` is not below `high`.
        """
        return self.numpy.integers(low, high).item()

    def number(self, low: float, high: float) -> float:
        """One number of [low, high), a Python float."""
        return float(self.numpy.uniform(low, high))

    def magnitude(self, low: float, high: float) -> float:
        """One number of [low, high), every order of magnitude as likely; both are above 0."""
        return math.exp(self.numpy.uniform(math.log(low), math.log(high)))

    def permutation(self, count: int) -> Tensor:
        """The numbers 0 to count - 1 in random order: shape (count,), int64."""
        return torch.tensor(self.numpy.permutation(count), dtype=torch.int64)

    def shuffled(self, items: Sequence[Value]) -> list[Value]:
        """The items in random order."""
        return [items[int(place)] for place in self.permutation(len(items))]

    def choice(self, items: Sequence[Value]) -> Value:
        """One of the items.

        Raises:
            ValueError: There are none.
        """
        return items[self.integer(0, len(items))]
