# fails: borders - divides by a cosine of length 0
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    p = min((step - warmup) / (total - warmup), 1.0)
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * p)) / 2
