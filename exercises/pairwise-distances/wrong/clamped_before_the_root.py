# fails: scale - clamps the squares at 1e-12 to keep the root's gradient finite
import torch
from torch import Tensor


def pairwise_distances(a: Tensor, b: Tensor) -> Tensor:
    if a.shape[0] == 0 or b.shape[0] == 0:
        return a @ b.T
    origin = b[0].detach().double()
    x, y = a.double() - origin, b.double() - origin
    sq = x.square().sum(1)[:, None] + y.square().sum(1) - 2 * x @ y.T
    return sq.clamp(min=1e-12).sqrt().to(a.dtype)
