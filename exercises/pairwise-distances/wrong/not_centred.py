# fails: far - the large squares cancel
import torch


def pairwise_distances(a, b):
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    apart = squares > 0
    return torch.where(apart, squares, 1.0).sqrt() * apart
