# fails: ignored - the smoothed part counts the ignored positions as well
# says: with smoothing
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    keep = target != ignore_index
    safe = target.masked_fill(~keep, 0).unsqueeze(1)
    x = logits - logits.amax(dim=1, keepdim=True)
    log_p = x - x.exp().sum(dim=1, keepdim=True).log()
    hit = (log_p.gather(1, safe).squeeze(1) * keep).sum()
    spread = log_p.mean(dim=1).sum()
    return -((1 - smoothing) * hit + smoothing * spread) / keep.sum().clamp(min=1)
