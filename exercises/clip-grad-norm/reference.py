from collections.abc import Iterable

import torch
from torch import Tensor


def clip_grad_norm(parameters: Iterable[Tensor], max_norm: float, norm_type: float = 2.0) -> Tensor:
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])  # (gradients,)
    total = torch.linalg.vector_norm(norms, norm_type)  # ()
    if total.isfinite() and total > max_norm:
        scale = max_norm / total  # ()
        for g in grads:
            g.mul_(scale)
    return total
