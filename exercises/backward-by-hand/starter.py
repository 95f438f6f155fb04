import torch
from torch import Tensor


def unbroadcast(grad: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Sum `grad` over all axes that broadcasting made of a tensor of `shape`."""
    raise NotImplementedError


def mul_back(grad: Tensor, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Gradients of `a` and `b` for `a * b`, each in its own shape."""
    raise NotImplementedError


def max_back(grad: Tensor, x: Tensor, dim: int) -> Tensor:
    """Gradient of `x` for `x.amax(dim)`; ties share equally."""
    raise NotImplementedError


def softmax_back(grad: Tensor, y: Tensor, dim: int) -> Tensor:
    """Gradient of `x` for `y = x.softmax(dim)`."""
    raise NotImplementedError


def layer_norm_back(
    grad: Tensor, x: Tensor, weight: Tensor, eps: float = 1e-5
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of `x`, `weight` and `bias` for a layer norm over the last axis."""
    raise NotImplementedError
