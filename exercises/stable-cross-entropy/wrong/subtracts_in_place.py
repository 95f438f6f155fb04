# fails: untouched - the maximum is subtracted from the caller's scores
# says: logits changed
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    if logits.numel():
        logits -= logits.amax(dim=1, keepdim=True)
    log_p = logits - logits.exp().sum(dim=1, keepdim=True).log()
    keep = target != ignore_index
    rows = log_p.movedim(1, -1)[keep]
    hit = rows.gather(1, target[keep][:, None]).sum()
    total = (1 - smoothing) * hit + smoothing * rows.mean(dim=1).sum()
    return -total / keep.sum().clamp(min=1)
