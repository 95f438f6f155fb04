import torch
from torch.nn import functional as F


def patchify(x, size):
    b, c, h, w = x.shape
    if h % size or w % size:
        raise ValueError("no whole number of patches")
    kernel = torch.eye(c * size * size, dtype=x.dtype).view(-1, c, size, size)
    return F.conv2d(x, kernel, stride=size).flatten(2).transpose(1, 2)


def unpatchify(patches, size, height, width):
    b, n, d = patches.shape
    if n != (height // size) * (width // size):
        raise ValueError("no image of that size")
    return F.pixel_shuffle(patches.mT.unflatten(2, (height // size, width // size)), size)


def resize_positions(positions, old, new):
    token, grid = positions[:, :1], positions[:, 1:]
    grid = grid.reshape(1, old[0], old[1], -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=tuple(new), mode="bilinear", align_corners=False)
    return torch.cat([token, grid.flatten(2).transpose(1, 2)], dim=1)
