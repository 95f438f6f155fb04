import cmath
import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    if step >= total:
        return min_lr
    turn = cmath.exp(1j * math.pi * (step - warmup) / (total - warmup)).real
    middle, swing = (base_lr + min_lr) / 2, (base_lr - min_lr) / 2
    return middle + swing * turn
