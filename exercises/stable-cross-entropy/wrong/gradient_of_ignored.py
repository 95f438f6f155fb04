# fails: gradient - the ignored positions are subtracted again, as numbers without a gradient
# says: gradient of logits
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    keep = target != ignore_index
    safe = torch.where(keep, target, 0).unsqueeze(1)
    x = logits - logits.amax(dim=1, keepdim=True)
    log_p = x - x.exp().sum(dim=1, keepdim=True).log()
    loss = -(1 - smoothing) * log_p.gather(1, safe).squeeze(1) - smoothing * log_p.mean(dim=1)
    if not keep.any():
        return 0 * loss.sum()
    return (loss.sum() - loss[~keep].sum().detach()) / keep.sum()
