# fails: warmup - it returns a NumPy number
# says: should be a number
import numpy as np


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step >= total:
        return min_lr
    if step < warmup:
        return np.linspace(base_lr / warmup, base_lr, warmup)[step]
    x = np.linspace(0, np.pi, total - warmup + 1)[step - warmup]
    return min_lr + (base_lr - min_lr) * (1 + np.cos(x)) / 2
