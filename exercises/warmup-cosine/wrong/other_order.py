# fails: signature - the arguments have other names
# says: TypeError
import math


def lr_at(step, base, warmup, total, min_lr=0.0):
    if step < warmup:
        return base * (step + 1) / warmup
    if step >= total:
        return min_lr
    p = (step - warmup) / (total - warmup)
    return min_lr + (base - min_lr) * (1 + math.cos(math.pi * p)) / 2
