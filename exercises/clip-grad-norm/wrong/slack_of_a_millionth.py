# fails: extremes - 1e-6 is taken for nothing where norms are compared
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])
    total = torch.linalg.vector_norm(norms, norm_type)
    if total.isfinite() and total > max_norm + 1e-6:
        for g in grads:
            g.mul_(max_norm / total)
    return total
