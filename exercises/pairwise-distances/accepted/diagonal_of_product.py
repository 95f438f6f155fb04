import torch


def pairwise_distances(a, b):
    n, m = a.size(0), b.size(0)
    if n == 0 or m == 0:
        return torch.empty(n, m, dtype=a.dtype)
    mu = (a.mean(0) + b.mean(0)) / 2
    A = a - mu
    B = b - mu
    aa = torch.diag(A @ A.T) if n < 1000 else (A**2).sum(1)
    bb = torch.diag(B @ B.T) if m < 1000 else (B**2).sum(1)
    sq = aa.reshape(n, 1).expand(n, m) + bb.reshape(1, m).expand(n, m) - 2.0 * torch.mm(A, B.t())
    sq = torch.maximum(sq, torch.zeros((), dtype=a.dtype))
    nz = sq != 0
    out = torch.zeros(n, m, dtype=a.dtype)
    return out.masked_scatter(nz, sq[nz].sqrt())
