# fails: signature - min_lr is 1e-6 if nothing is said
# says: without min_lr
import math


def lr_at(step, base_lr, warmup, total, min_lr=1e-6):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    p = (step - warmup) / (total - warmup)
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * p)) / 2
