# fails: edges - the border of the parts is one step too late, where the cosine may have no length
# says: ZeroDivisionError
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step <= warmup and warmup:
        return base_lr * min(1, (step + 1) / warmup)
    t = min(step, total)
    return (
        min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * (t - warmup) / (total - warmup))) / 2
    )
