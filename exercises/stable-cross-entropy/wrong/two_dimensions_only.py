# fails: dimensions - the scores are taken to be (N, C)
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    classes = logits.shape[1]
    losses = []
    for row, label in zip(logits, target):
        if label == ignore_index:
            continue
        row = row - row.max()
        log_p = row - row.exp().sum().log()
        q = torch.full((classes,), smoothing / classes)
        q[label] += 1 - smoothing
        losses.append(-(q * log_p).sum())
    if not losses:
        return 0 * logits.sum()
    return torch.stack(losses).mean()
