# fails: refused - asks whether p * p divides the area, not whether p divides both sides
import torch
from torch import Tensor
from torch.nn import functional as F


def patchify(x: Tensor, size: int) -> Tensor:
    """Cut images (B, C, H, W) into patches: (B, N, C·size·size), row by row."""
    b, c, h, w = x.shape
    if (h * w) % (size * size):
        raise ValueError(f"{size} does not divide {h}x{w}")
    x = x[:, :, : h // size * size, : w // size * size]
    x = x.reshape(b, c, h // size, size, w // size, size)
    x = x.permute(0, 2, 4, 1, 3, 5)
    return x.reshape(b, (h // size) * (w // size), c * size * size)


def unpatchify(patches: Tensor, size: int, height: int, width: int) -> Tensor:
    """Put patches (B, N, C·size·size) together again: (B, C, height, width)."""
    b, n, d = patches.shape
    if height % size or width % size or n != (height // size) * (width // size):
        raise ValueError(f"{n} patches do not make {height}x{width}")
    c = d // (size * size)
    x = patches.reshape(b, height // size, width // size, c, size, size)
    return x.permute(0, 3, 1, 4, 2, 5).reshape(b, c, height, width)


def resize_positions(positions: Tensor, old: tuple[int, int], new: tuple[int, int]) -> Tensor:
    """Resize the grid of positions (1, 1 + h·w, D), without the class token's at the front."""
    token, grid = positions[:, :1], positions[:, 1:]
    d = positions.shape[-1]
    grid = grid.reshape(1, old[0], old[1], d).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=new, mode="bilinear", align_corners=False)
    grid = grid.permute(0, 2, 3, 1).reshape(1, new[0] * new[1], d)
    return torch.cat([token, grid], dim=1)
