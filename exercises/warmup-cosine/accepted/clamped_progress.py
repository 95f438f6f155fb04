import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return base_lr * ((step + 1) / warmup)
    length = total - warmup
    progress = 1.0 if length == 0 else min(1.0, (step - warmup) / length)
    weight = (1.0 + math.cos(math.pi * progress)) / 2.0
    return weight * base_lr + (1.0 - weight) * min_lr
