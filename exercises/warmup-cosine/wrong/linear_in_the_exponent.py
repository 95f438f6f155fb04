# fails: cosine - it falls by the same share in each step
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step >= total:
        return float(min_lr)
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    low = max(min_lr, base_lr * 1e-3)
    return base_lr * (low / base_lr) ** progress
