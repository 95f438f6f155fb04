# fails: scale - a small number under the root, which is large beside tiny coordinates
import torch


def pairwise_distances(a, b):
    centre = b.mean(0)
    a, b = a - centre, b - centre
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return (squares.clamp(min=0) + 1e-8).sqrt()
