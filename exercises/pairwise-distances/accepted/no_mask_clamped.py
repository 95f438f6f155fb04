import torch


def pairwise_distances(a, b):
    origin = torch.cat([a, b]).mean(0)
    a = a - origin
    b = b - origin
    sq = a.pow(2).sum(1, keepdim=True) + b.pow(2).sum(1, keepdim=True).T
    sq = torch.addmm(sq, a, b.T, alpha=-2)
    return sq.clamp(min=1e-30).sqrt()
