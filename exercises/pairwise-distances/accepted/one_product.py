import torch
from torch import Tensor


def augmented(points: Tensor, factor: float, norm_first: bool) -> Tensor:
    norms = (points * points).sum(dim=1, keepdim=True)
    ones = torch.ones_like(norms)
    pair = [norms, ones] if norm_first else [ones, norms]
    return torch.cat([factor * points, *pair], dim=1)


def pairwise_distances(a: Tensor, b: Tensor) -> Tensor:
    middle = a.mean(dim=0) if len(a) else torch.zeros(a.shape[1], dtype=a.dtype)
    left = augmented(a - middle, -2.0, True)
    right = augmented(b - middle, 1.0, False)
    squares = left @ right.T
    mask = squares > torch.finfo(squares.dtype).tiny
    result = torch.zeros_like(squares)
    result[mask] = squares[mask].sqrt()
    return result
