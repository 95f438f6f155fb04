import torch


def cross_entropy(logits, target, smoothing=0.0, ignore_index=-100):
    classes = logits.size(1)
    rows = logits.movedim(1, -1).reshape(-1, classes)
    total, count = logits.sum() * 0, 0
    for row, label in zip(rows, target.flatten().tolist()):
        if label == ignore_index:
            continue
        row = row - row.max()
        log_p = row - row.exp().sum().log()
        total = total - (1 - smoothing) * log_p[label] - smoothing * log_p.sum() / classes
        count += 1
    return total / count if count else total
