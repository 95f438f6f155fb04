# fails: equal - the root of a square that came out below 0
# says: nan
import torch


def pairwise_distances(a, b):
    centre = b.mean(0)
    a, b = a - centre, b - centre
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return squares.sqrt()
