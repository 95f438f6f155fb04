# fails: gradient - b is taken for a fixed set
# says: argument 2
import torch


def pairwise_distances(a, b):
    centre = b.mean(0)
    x, y = a - centre.detach(), (b - centre).detach()
    squares = (x * x).sum(1)[:, None] + (y * y).sum(1) - 2 * x @ y.T
    apart = squares > 0
    return torch.where(apart, squares, 1.0).sqrt() * apart + 0 * b.sum()
