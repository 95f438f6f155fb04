import torch
from torch.nn import functional as F


def patchify(x, size):
    if x.shape[2] % size or x.shape[3] % size:
        raise ValueError("no whole number of patches")
    x = x.unflatten(3, (-1, size)).unflatten(2, (-1, size))
    return x.movedim((2, 4), (1, 2)).flatten(3).flatten(1, 2)


def unpatchify(patches, size, height, width):
    rows, columns = height // size, width // size
    if rows * columns != patches.shape[1]:
        raise ValueError("no image of that size")
    x = patches.unflatten(2, (-1, size, size)).unflatten(1, (rows, columns))
    return x.permute(0, 3, 1, 4, 2, 5).flatten(4).flatten(2, 3)


def resize_positions(positions, old, new):
    if list(old) == list(new):
        return positions.clone()
    grid = positions[:, 1:].unflatten(1, tuple(old)).movedim(-1, 1)
    grid = F.interpolate(grid, tuple(new), mode="bilinear")
    return torch.cat((positions[:, :1], grid.movedim(1, -1).flatten(1, 2)), 1)
