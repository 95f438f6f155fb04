# fails: cosine - it falls along a line
# says: after the warm-up
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step >= total:
        return float(min_lr)
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return base_lr + (min_lr - base_lr) * progress
