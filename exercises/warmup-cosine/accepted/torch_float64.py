import torch


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return float(torch.tensor(base_lr, dtype=torch.float64) * (step + 1) / warmup)
    p = torch.tensor(min(step, total) - warmup, dtype=torch.float64) / max(total - warmup, 1)
    p = torch.ones(()) if step >= total else p
    wave = (1 + torch.cos(torch.pi * p.double())) / 2
    return (min_lr + (base_lr - min_lr) * wave).item()
