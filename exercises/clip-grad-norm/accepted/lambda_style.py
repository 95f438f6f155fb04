import torch
from math import inf, isfinite

pnorm = lambda t, p: t.abs().max() if p == inf else (t.abs() ** p).sum() ** (1 / p)


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    gs = [p.grad for p in parameters if not (p.grad is None)]
    if not gs:
        return torch.tensor(0.0)
    n = pnorm(torch.hstack([g.reshape(-1) for g in gs]), norm_type)
    if not isfinite(n) or n <= max_norm:
        return n
    for g in gs:
        g.mul_(max_norm / n)
    return n
