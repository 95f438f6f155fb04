# fails: scale - squares below 1e-6 are all made that
import torch


def pairwise_distances(a, b):
    centre = a.mean(0) if len(a) else 0
    x, y = a - centre, b - centre
    squares = x.square().sum(1, keepdim=True) + y.square().sum(1) - 2 * x.mm(y.T)
    return squares.clamp(min=1e-6).sqrt()
