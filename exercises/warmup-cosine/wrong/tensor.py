# fails: warmup - it returns a tensor
# says: should be a number
import math

import torch


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step >= total:
        return float(min_lr)
    if step < warmup:
        return torch.tensor(base_lr * (step + 1) / warmup, dtype=torch.float64)
    progress = (step - warmup) / (total - warmup)
    wave = 1 + math.cos(math.pi * progress)
    return torch.tensor(min_lr + 0.5 * (base_lr - min_lr) * wave, dtype=torch.float64)
