import math


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    match step:
        case _ if step < warmup:
            return math.fsum([base_lr * step / warmup, base_lr / warmup])
        case _ if step < total:
            middle = (warmup + total) / 2
            turn = math.sin(math.pi * (middle - step) / (total - warmup))
            return min_lr + (base_lr - min_lr) * (0.5 + 0.5 * turn)
        case _:
            return min_lr
