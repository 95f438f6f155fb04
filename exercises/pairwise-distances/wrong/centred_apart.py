# fails: values - each set is moved by its own mean
import torch


def pairwise_distances(a, b):
    a, b = a - a.mean(0), b - b.mean(0)
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    apart = squares > 0
    return torch.where(apart, squares, 1.0).sqrt() * apart
