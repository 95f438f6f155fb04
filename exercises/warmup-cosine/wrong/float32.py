# fails: warmup - it is computed in float32
import math

import torch


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step >= total:
        return float(min_lr)
    if step < warmup:
        return (torch.tensor(base_lr) * (step + 1) / warmup).item()
    progress = (step - warmup) / (total - warmup)
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(math.pi * progress))
