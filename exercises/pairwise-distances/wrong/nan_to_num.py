# fails: gradient-equal - nan_to_num repairs the result, and not the way back
import torch


def pairwise_distances(a, b):
    c = b.mean(0)
    a = a - c
    b = b - c
    s = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return torch.nan_to_num(s.sqrt())
