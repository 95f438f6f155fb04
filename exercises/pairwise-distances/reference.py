import torch
from torch import Tensor


def pairwise_distances(a: Tensor, b: Tensor) -> Tensor:
    centre = b.mean(dim=0)  # (d,): distances stay, and squares become small
    a, b = a - centre, b - centre
    squares = (a * a).sum(dim=1)[:, None] + (b * b).sum(dim=1) - 2 * a @ b.T  # (n, m)
    apart = squares > 0
    return torch.where(apart, squares, 1.0).sqrt() * apart
