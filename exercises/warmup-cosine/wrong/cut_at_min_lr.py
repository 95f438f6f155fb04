# fails: min-lr - the wave goes down to 0 and is cut off at min_lr
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step >= total:
        return float(min_lr)
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return max(min_lr, 0.5 * base_lr * (1 + math.cos(math.pi * progress)))
