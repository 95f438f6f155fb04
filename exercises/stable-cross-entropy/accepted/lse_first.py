import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    m = logits.max(1, keepdim=True).values
    lse = (logits - m).exp().sum(1).log() + m.squeeze(1)
    mask = target != ignore_index
    t = target * mask
    xt = logits.gather(1, t.unsqueeze(1)).squeeze(1)
    loss = lse - (1 - smoothing) * xt - smoothing * logits.mean(1)
    return (loss * mask).sum() / max(1, mask.sum().item())
