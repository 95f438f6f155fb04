import math


def warm(step, base_lr, warmup):
    return base_lr * ((step + 1) / warmup)


def cosine(done, length, high, low):
    return low + (high - low) * (math.cos(math.pi * done / length) + 1) / 2


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return warm(step, base_lr, warmup)
    elif step < total:
        return cosine(step - warmup, total - warmup, base_lr, min_lr)
    else:
        return float(min_lr)
