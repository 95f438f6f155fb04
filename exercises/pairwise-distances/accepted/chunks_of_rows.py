import torch
from torch import Tensor

ROWS = 65536


def block(a: Tensor, b: Tensor, norms_b: Tensor) -> Tensor:
    norms_a = torch.linalg.vecdot(a, a)
    squares = torch.baddbmm(norms_b.reshape(1, 1, -1), a[None], b.mT[None], alpha=-2.0)[0]
    squares = squares + norms_a[:, None]
    return squares.clamp_min(torch.finfo(a.dtype).tiny).sqrt()


def pairwise_distances(a: Tensor, b: Tensor) -> Tensor:
    if len(a) == 0:
        return a @ b.T
    centre = a.mean(dim=0, keepdim=True)
    b = b - centre
    norms_b = torch.linalg.vecdot(b, b)
    blocks = [block(part - centre, b, norms_b) for part in a.split(ROWS)]
    return torch.cat(blocks)
