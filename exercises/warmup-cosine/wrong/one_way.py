# fails: again - each call goes one step on
import math


calls = 0


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    global calls
    calls += 1
    step = max(step, calls)
    if step >= total:
        return float(min_lr)
    if step < warmup:
        return base_lr * (step + 1) / warmup
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))
