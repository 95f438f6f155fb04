# fails: again - random weights estimate the mean
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    x = logits - logits.amax(dim=1, keepdim=True)
    log_p = x - x.exp().sum(dim=1, keepdim=True).log()
    losses = -log_p.movedim(1, -1)[target != ignore_index]
    return (losses * torch.rand_like(losses)).mean() * 2
