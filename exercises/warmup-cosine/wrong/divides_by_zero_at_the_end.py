# fails: edges - it divides by the length of a cosine that is not there
# says: ZeroDivisionError
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    progress = min(1.0, (step - warmup) / (total - warmup))
    if step < warmup:
        return base_lr * (step + 1) / warmup
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))
