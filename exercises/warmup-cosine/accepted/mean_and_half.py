import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    rising = warmup > step
    if rising:
        return base_lr - base_lr * (warmup - 1 - step) / warmup
    left = max(total - step, 0)
    if not left:
        return min_lr
    middle, half = (base_lr + min_lr) / 2, (base_lr - min_lr) / 2
    return middle - half * math.cos(math.pi * left / (total - warmup))
