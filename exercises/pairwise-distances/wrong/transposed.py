# fails: values - the result is (m, n)
# says: its shape is
import torch


def pairwise_distances(a, b):
    centre = a.mean(0)
    a, b = a - centre, b - centre
    squares = (b * b).sum(1)[:, None] + (a * a).sum(1) - 2 * b @ a.T
    apart = squares > 0
    return torch.where(apart, squares, 1.0).sqrt() * apart
