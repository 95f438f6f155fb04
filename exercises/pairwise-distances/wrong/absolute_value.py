# fails: gradient-equal - abs keeps the root real, and its slope infinite
import torch


def pairwise_distances(a, b):
    centre = torch.cat([a, b]).mean(0)
    a, b = a - centre, b - centre
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return squares.abs().sqrt()
