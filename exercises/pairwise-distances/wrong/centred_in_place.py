# fails: unchanged - moves the caller's points
import torch


def pairwise_distances(a, b):
    with torch.no_grad():
        centre = b.mean(0)
        a -= centre
        b -= centre
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    apart = squares > 0
    return torch.where(apart, squares, 1.0).sqrt() * apart
