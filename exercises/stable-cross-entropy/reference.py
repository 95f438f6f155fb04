import torch
from torch import Tensor


def cross_entropy(
    logits: Tensor, target: Tensor, smoothing: float = 0.0, ignore_index: int = -100
) -> Tensor:
    counts = target != ignore_index  # (N, …)
    x = logits.movedim(1, -1)[counts]  # (positions that count, C)
    x = x - x.amax(dim=1, keepdim=True)
    log_p = x - x.exp().sum(dim=1, keepdim=True).log()
    at_target = log_p.gather(1, target[counts][:, None]).sum()
    total = (1 - smoothing) * at_target + smoothing * log_p.mean(dim=1).sum()
    return -total / counts.sum().clamp(min=1)
