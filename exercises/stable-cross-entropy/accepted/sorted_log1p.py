import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    C = logits.shape[1]
    x = logits.movedim(1, -1).reshape(-1, C)
    t = target.reshape(-1)
    ok = t != ignore_index
    x, t = x[ok], t[ok]
    if x.shape[0] == 0:
        return (logits * 0).sum()
    s, _ = torch.sort(x, dim=1)
    d = x - s[:, -1:]
    lp = d - torch.log1p(torch.exp(d).sum(1, keepdim=True) - 1)
    q = torch.zeros_like(lp).scatter(1, t[:, None], 1.0) * (1 - smoothing) + smoothing / C
    return (-(q * lp).sum(1)).mean()
