# fails: no-warmup - it divides by warmup first
# says: ZeroDivisionError
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step >= total:
        return float(min_lr)
    rising = (step + 1) / warmup
    if rising <= 1:
        return base_lr * rising
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))
