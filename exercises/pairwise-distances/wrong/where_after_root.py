# fails: gradient-equal - the root of 0 is taken, and only its value is replaced
# says: nan
import torch


def pairwise_distances(a, b):
    centre = b.mean(0)
    a, b = a - centre, b - centre
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return torch.where(squares > 0, squares.sqrt(), 0.0)
