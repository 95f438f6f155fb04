# fails: extremes - even 1e-12 in the divisor is something
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])
    total = torch.linalg.vector_norm(norms, norm_type)
    if total.isfinite() and total > max_norm:
        for g in grads:
            g.mul_(max_norm / (total + 1e-12))
    return total
