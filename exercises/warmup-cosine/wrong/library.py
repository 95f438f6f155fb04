# cheat: library
# expect: not allowed
import torch


def lr_at(step, base_lr, warmup, total, min_lr=0.0):
    if step < warmup:
        return base_lr * (step + 1) / warmup
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base_lr)
    length = max(1, total - warmup)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, length, min_lr)
    for _ in range(min(step - warmup, length)):
        optimizer.step()
        cosine.step()
    return cosine.get_last_lr()[0]
