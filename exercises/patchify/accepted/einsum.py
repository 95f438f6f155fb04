import torch
from torch.nn import functional as F


def patchify(x, size):
    b, c, h, w = x.shape
    if h % size or w % size:
        raise ValueError("no whole number of patches")
    x = x.reshape(b, c, h // size, size, w // size, size)
    return torch.einsum("bcrisj->brscij", x).reshape(b, (h // size) * (w // size), -1)


def unpatchify(patches, size, height, width):
    b, n, d = patches.shape
    r, s = height // size, width // size
    if n != r * s:
        raise ValueError("no image of that size")
    x = patches.view(b, r, s, d // size // size, size, size)
    return torch.einsum("brscij->bcrisj", x).reshape(b, -1, height, width)


def resize_positions(positions, old, new):
    token, grid = positions[:, :1], positions[:, 1:]
    grid = grid.reshape(1, old[0], old[1], -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=tuple(new), mode="bilinear", align_corners=False)
    return torch.cat([token, grid.flatten(2).transpose(1, 2)], dim=1)
