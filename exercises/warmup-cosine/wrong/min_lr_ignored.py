# fails: min-lr - the cosine goes down to 0 whatever min_lr is
# says: with min_lr above 0
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step >= total:
        return float(min_lr)
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return 0.5 * base_lr * (1 + math.cos(math.pi * progress))
