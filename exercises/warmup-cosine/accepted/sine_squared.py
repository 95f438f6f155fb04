import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if warmup > step:
        return base_lr / warmup * (step + 1)
    if step >= total:
        return float(min_lr)
    p = (step - warmup) / (total - warmup)
    s = math.sin(math.pi * p / 2) ** 2
    return base_lr * (1 - s) + min_lr * s
