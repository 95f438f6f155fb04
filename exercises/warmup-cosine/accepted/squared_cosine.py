from math import cos, pi


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step >= total:
        return min_lr
    if step < warmup:
        return (step + 1) / warmup * base_lr
    angle = pi * (step - warmup) / (total - warmup)
    return min_lr + (base_lr - min_lr) * cos(angle / 2) ** 2
