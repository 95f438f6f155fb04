# fails: signature - the arguments have other names
import math


def lr_at(step, base_lr, warmup_steps, total, min_lr=0.0):
    warmup = warmup_steps
    if step >= total:
        return float(min_lr)
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))
