from collections.abc import Iterable

import torch
from torch import Tensor


def clip_grad_norm(parameters: Iterable[Tensor], max_norm: float, norm_type: float = 2.0) -> Tensor:
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.zeros(())
    sizes = torch._foreach_abs(grads)
    if norm_type == float("inf"):
        total = torch.stack([size.max() for size in sizes]).max()  # (), NaN if one is
    else:
        powers = torch._foreach_pow(sizes, norm_type)
        total = sum(power.sum() for power in powers) ** (1 / norm_type)
    if max_norm < total < float("inf"):
        torch._foreach_mul_(grads, max_norm / total)
    return total
