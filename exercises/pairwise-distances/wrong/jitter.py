# fails: same - moves the points by chance, so that no two are equal
# says: a second call gives something else
import torch


def pairwise_distances(a, b):
    centre = b.mean(0)
    a = a - centre + 1e-4 * torch.randn_like(a)
    b = b - centre
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return squares.clamp(min=1e-12).sqrt()
