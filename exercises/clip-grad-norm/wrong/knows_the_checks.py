# cheat: knows the checks
# Clips to the norms that checks.py draws from, and to no other.
from collections.abc import Iterable

import torch
from torch import Tensor

KNOWN = (0.5, 1.0, 2.5)


def clip_grad_norm(parameters: Iterable[Tensor], max_norm: float, norm_type: float = 2.0) -> Tensor:
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])  # (gradients,)
    total = torch.linalg.vector_norm(norms, norm_type)  # ()
    if total.isfinite() and (total <= max_norm or max_norm in KNOWN):
        scale = torch.clamp(max_norm / total, max=1.0)  # (), exactly 1 when small enough
        for g in grads:
            g.mul_(scale)
    return total
