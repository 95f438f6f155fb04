# fails: values - computes in float64 and returns that
# says: its dtype is torch.float64
import torch


def pairwise_distances(a, b):
    a, b = a.double(), b.double()
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    apart = squares > 0
    return torch.where(apart, squares, 1.0).sqrt() * apart
