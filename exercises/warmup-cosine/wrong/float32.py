# fails: rises - computed in float32
import torch


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return (torch.tensor(base_lr) * (step + 1) / warmup).item()
    p = torch.tensor(1.0 if step >= total else (step - warmup) / (total - warmup))
    return (min_lr + (base_lr - min_lr) * (1 + torch.cos(torch.pi * p)) / 2).item()
