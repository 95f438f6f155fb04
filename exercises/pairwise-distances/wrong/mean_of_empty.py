# fails: empty - indexes the first point without looking whether there is one
import torch


def pairwise_distances(a, b):
    a, b = a - b[0], b - b[0]
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    apart = squares > 0
    return torch.where(apart, squares, 1.0).sqrt() * apart
