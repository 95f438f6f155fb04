# fails: scaled - a gradient that is short enough by itself is left out
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])
    total = torch.linalg.vector_norm(norms, norm_type)
    if total.isfinite() and total > max_norm:
        factor = max_norm / total
        for g in grads:
            if torch.linalg.vector_norm(g, norm_type) > max_norm:
                g.mul_(factor)
    return total
