# cheat: library - the library's own schedule
# expect: not allowed
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    if step >= total:
        return float(min_lr)
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=base_lr)
    schedule = CosineAnnealingLR(optimizer, total - warmup, eta_min=min_lr)
    for _ in range(step - warmup):
        optimizer.step()
        schedule.step()
    return schedule.get_last_lr()[0]
