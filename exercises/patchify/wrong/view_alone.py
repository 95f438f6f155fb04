# fails: order - one reshape, and rows of different patches run together
import torch
from torch.nn import functional as F


def patchify(x, size):
    b, c, h, w = x.shape
    if h % size or w % size:
        raise ValueError("the size does not divide the image")
    return x.reshape(b, (h // size) * (w // size), c * size * size)


def unpatchify(patches, size, height, width):
    b, n, d = patches.shape
    rows, columns = height // size, width // size
    if n != rows * columns:
        raise ValueError(f"{n} patches for {rows} x {columns}")
    x = patches.reshape(b, rows, columns, d // size**2, size, size)
    return x.permute(0, 3, 1, 4, 2, 5).reshape(b, -1, height, width)


def resize_positions(positions, old, new):
    token, grid = positions[:, :1], positions[:, 1:]
    grid = grid.reshape(1, old[0], old[1], -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=tuple(new), mode="bilinear", align_corners=False)
    return torch.cat([token, grid.flatten(2).transpose(1, 2)], dim=1)
