import torch
from torch.nn import functional as F


def patchify(x, size):
    if any(side % size for side in x.shape[2:]):
        raise ValueError("no whole number of patches")
    rows = x.split(size, dim=2)
    tiles = [tile for row in rows for tile in row.split(size, dim=3)]
    return torch.stack([tile.flatten(1) for tile in tiles], dim=1)


def unpatchify(patches, size, height, width):
    columns = width // size
    if patches.shape[1] != (height // size) * columns:
        raise ValueError("no image of that size")
    tiles = [tile.reshape(len(patches), -1, size, size) for tile in patches.unbind(1)]
    rows = [torch.cat(tiles[i : i + columns], dim=3) for i in range(0, len(tiles), columns)]
    return torch.cat(rows, dim=2)


def resize_positions(positions, old, new):
    token, grid = positions[:, :1], positions[:, 1:]
    grid = grid.reshape(1, old[0], old[1], -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=tuple(new), mode="bilinear", align_corners=False)
    return torch.cat([token, grid.flatten(2).transpose(1, 2)], dim=1)
