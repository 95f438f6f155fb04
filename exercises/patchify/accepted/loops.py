import torch
from torch.nn import functional as F


def patchify(x, size):
    b, c, h, w = x.shape
    if h % size != 0 or w % size != 0:
        raise ValueError("the size must divide height and width")
    patches = []
    for top in range(0, h, size):
        for left in range(0, w, size):
            patches.append(x[:, :, top : top + size, left : left + size].reshape(b, -1))
    return torch.stack(patches, dim=1)


def unpatchify(patches, size, height, width):
    b, n, d = patches.shape
    if (height // size) * (width // size) != n:
        raise ValueError("so many patches do not fit")
    x = patches.new_zeros(b, d // (size * size), height, width)
    number = 0
    for top in range(0, height, size):
        for left in range(0, width, size):
            tile = patches[:, number].reshape(b, -1, size, size)
            x[:, :, top : top + size, left : left + size] = tile
            number += 1
    return x


def resize_positions(positions, old, new):
    token, grid = positions[:, :1], positions[:, 1:]
    grid = grid.reshape(1, old[0], old[1], -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=tuple(new), mode="bilinear", align_corners=False)
    return torch.cat([token, grid.flatten(2).transpose(1, 2)], dim=1)
