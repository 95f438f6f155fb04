import torch

LIMIT = 1_000_000


def pairwise_distances(a, b):
    n, d = a.shape
    m = b.shape[0]
    if n * m * d <= LIMIT:
        diff = a.unsqueeze(1) - b.unsqueeze(0)
        return torch.linalg.vector_norm(diff, dim=-1)
    c = a.mean(dim=0)
    a, b = a - c, b - c
    s = torch.add(a.norm(dim=1).pow(2)[:, None], b.norm(dim=1).pow(2)) - a @ (2 * b).T
    pos = s > 0
    r = torch.sqrt(torch.where(pos, s, torch.ones_like(s)))
    return torch.where(pos, r, torch.zeros_like(r))
