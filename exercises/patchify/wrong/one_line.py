# fails: positions - resized along one line, not as a grid
import torch
from torch.nn import functional as F


def patchify(x, size):
    b, c, h, w = x.shape
    if h % size or w % size:
        raise ValueError(f"{size} does not divide {h} x {w}")
    x = x.reshape(b, c, h // size, size, w // size, size)
    return x.permute(0, 2, 4, 1, 3, 5).reshape(b, -1, c * size * size)


def unpatchify(patches, size, height, width):
    b, n, d = patches.shape
    rows, columns = height // size, width // size
    if n != rows * columns:
        raise ValueError(f"{n} patches for {rows} x {columns}")
    x = patches.reshape(b, rows, columns, d // size**2, size, size)
    return x.permute(0, 3, 1, 4, 2, 5).reshape(b, -1, height, width)


def resize_positions(positions, old, new):
    if tuple(old) == tuple(new):
        return positions
    token, rest = positions[:, :1], positions[:, 1:]
    rest = F.interpolate(rest.transpose(1, 2), size=new[0] * new[1], mode="linear")
    return torch.cat([token, rest.transpose(1, 2)], dim=1)
