# fails: nothing - a constant without a way back
# says: no gradient flows back
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    counts = target != ignore_index
    if not counts.any():
        return torch.tensor(0.0)
    x = logits.movedim(1, -1)[counts]
    labels = target[counts]
    x = x - x.amax(dim=1, keepdim=True)
    log_p = x - x.exp().sum(dim=1, keepdim=True).log()
    hit = log_p.gather(1, labels[:, None]).squeeze(1)
    loss = -(1 - smoothing) * hit - smoothing * log_p.mean(dim=1)
    return loss.sum() / counts.sum().clamp(min=1)
