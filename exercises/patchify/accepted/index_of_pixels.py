import torch
from torch.nn import functional as F


def patchify(x, size):
    b, c, h, w = x.shape
    if h % size or w % size:
        raise ValueError("no whole number of patches")
    places = _places(c, h, w, size)
    return x.flatten(1)[:, places.flatten()].view(b, len(places), -1)


def _places(c, h, w, size):
    numbers = torch.arange(c * h * w).view(c, h, w)
    return torch.stack(
        [
            numbers[:, i : i + size, j : j + size].flatten()
            for i in range(0, h, size)
            for j in range(0, w, size)
        ]
    )


def unpatchify(patches, size, height, width):
    b, n, d = patches.shape
    c = d // size**2
    if n != (height // size) * (width // size):
        raise ValueError("no image of that size")
    places = _places(c, height, width, size).flatten()
    return patches.flatten(1)[:, places.argsort()].view(b, c, height, width)


def resize_positions(positions, old, new):
    token, grid = positions[:, :1], positions[:, 1:]
    grid = grid.reshape(1, old[0], old[1], -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=tuple(new), mode="bilinear", align_corners=False)
    return torch.cat([token, grid.flatten(2).transpose(1, 2)], dim=1)
