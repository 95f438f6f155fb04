import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    keep = target != ignore_index  # (N, …)
    safe = torch.where(keep, target, 0).unsqueeze(1)  # (N, 1, …)
    top = logits.detach().amax(dim=1, keepdim=True)
    lse = top + torch.log(torch.sum(torch.exp(logits - top), dim=1, keepdim=True))
    picked = (lse - torch.gather(logits, 1, safe)).squeeze(1)
    spread = (lse - logits).mean(1)
    loss = (1 - smoothing) * picked + smoothing * spread
    return torch.where(keep, loss, torch.zeros_like(loss)).sum() / max(int(keep.sum()), 1)
