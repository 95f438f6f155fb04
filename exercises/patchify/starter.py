import torch
from torch import Tensor
from torch.nn import functional as F


def patchify(x: Tensor, size: int) -> Tensor:
    """Cut images (B, C, H, W) into patches: (B, N, C·size·size), row by row."""
    raise NotImplementedError


def unpatchify(patches: Tensor, size: int, height: int, width: int) -> Tensor:
    """Put patches (B, N, C·size·size) together again: (B, C, height, width)."""
    raise NotImplementedError


def resize_positions(positions: Tensor, old: tuple[int, int], new: tuple[int, int]) -> Tensor:
    """Resize the grid of positions (1, 1 + h·w, D), without the class token's at the front."""
    raise NotImplementedError
