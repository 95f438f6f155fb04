# fails: scale - all below a thousandth is taken for 0
import torch


def pairwise_distances(a, b):
    c = b.mean(0)
    a = a - c
    b = b - c
    s = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    d = s.clamp(min=0).sqrt()
    return d.masked_fill(d < 1e-3, 0)
