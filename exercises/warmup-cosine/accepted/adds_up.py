import math


def warm(step, base_lr, warmup):
    lr = 0.0
    for _ in range(step + 1):
        lr += base_lr / warmup
    return lr


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return warm(step, base_lr, warmup)
    if step > total - 1:
        return min_lr
    return min_lr + (base_lr - min_lr) / 2 * (
        math.cos((step - warmup) / (total - warmup) * math.pi) + 1
    )
