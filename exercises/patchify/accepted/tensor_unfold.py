import torch
from torch.nn import functional as F


def patchify(x, size):
    if x.shape[2] % size or x.shape[3] % size:
        raise ValueError("no whole number of patches")
    tiles = x.unfold(2, size, size).unfold(3, size, size)
    return tiles.permute(0, 2, 3, 1, 4, 5).flatten(1, 2).flatten(2)


def unpatchify(patches, size, height, width):
    if patches.size(1) != height // size * (width // size):
        raise ValueError("no image of that size")
    return F.fold(patches.transpose(1, 2), (height, width), size, stride=size)


def resize_positions(positions, old, new):
    token, grid = positions[:, :1], positions[:, 1:]
    grid = grid.reshape(1, old[0], old[1], -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=tuple(new), mode="bilinear", align_corners=False)
    return torch.cat([token, grid.flatten(2).transpose(1, 2)], dim=1)
