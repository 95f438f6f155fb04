# fails: again - it counts its calls instead of looking at the step
# says: asked again
import math

_done = -1


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    global _done
    _done = step = max(step, _done)
    if step < warmup:
        return base_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    p = (step - warmup) / (total - warmup)
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * p)) / 2
