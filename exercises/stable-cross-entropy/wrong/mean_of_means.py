# fails: ignored - each sample's mean is taken first, however few of its positions count
import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    means = []
    for scores, labels in zip(logits, target.flatten(1) if target.dim() > 1 else target[:, None]):
        rows = scores.reshape(scores.shape[0], -1).t()[labels != ignore_index]
        labels = labels[labels != ignore_index]
        if len(labels) == 0:
            continue
        rows = rows - rows.amax(1, keepdim=True)
        log_p = rows - rows.exp().sum(1, keepdim=True).log()
        hit = log_p.gather(1, labels[:, None]).mean()
        means.append((1 - smoothing) * hit + smoothing * log_p.mean())
    return -torch.stack(means).mean() if means else logits.sum() * 0
