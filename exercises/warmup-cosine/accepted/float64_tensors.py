import torch


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    step = torch.tensor(step, dtype=torch.float64)
    rise = base_lr * (step + 1) / max(warmup, 1)
    progress = ((step - warmup) / max(total - warmup, 1)).clamp(0, 1)
    fall = min_lr + (base_lr - min_lr) * (1 + torch.cos(torch.pi * progress)) / 2
    fall = torch.where(step >= total, torch.full_like(fall, min_lr), fall)
    return torch.where(step < warmup, rise, fall).item()
