# fails: untouched - the targets to ignore are overwritten with 0
# says: target changed
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    keep = target != ignore_index
    target[~keep] = 0
    x = logits - logits.amax(dim=1, keepdim=True)
    log_p = x - x.exp().sum(dim=1, keepdim=True).log()
    hit = log_p.gather(1, target.unsqueeze(1)).squeeze(1)
    loss = -(1 - smoothing) * hit - smoothing * log_p.mean(dim=1)
    return torch.where(keep, loss, 0.0).sum() / keep.sum().clamp(min=1)
