from math import cos, pi


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return (step + 1) / warmup * base_lr
    p = 1.0 if step >= total else (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (base_lr - min_lr) * (1.0 + cos(pi * p))
