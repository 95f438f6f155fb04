# fails: borders - divides by a warm-up of 0
# says: ZeroDivisionError
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    rising = base_lr * min(1.0, (step + 1) / warmup)
    if step < warmup:
        return rising
    if step >= total:
        return min_lr
    p = (step - warmup) / (total - warmup)
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * p)) / 2
