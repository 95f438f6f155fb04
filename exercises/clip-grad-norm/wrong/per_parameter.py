# fails: scaled - each gradient is clipped by its own norm
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])
    total = torch.linalg.vector_norm(norms, norm_type)
    for g in grads:
        own = torch.linalg.vector_norm(g, norm_type)
        g.mul_(torch.clamp(max_norm / own, max=1.0))
    return total
