import numpy as np


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return (
            float(np.linspace(base_lr / warmup, base_lr, warmup)[step]) if warmup > 1 else base_lr
        )
    length = total - warmup
    p = np.clip((step - warmup) / length, 0, 1) if length else 1.0
    return float(min_lr + (base_lr - min_lr) * 0.5 * (1 + np.cos(np.pi * p)))
