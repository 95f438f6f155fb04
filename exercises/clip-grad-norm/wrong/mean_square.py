# fails: joint-norm - the elements are averaged instead of added up
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    flat = torch.cat([g.flatten() for g in grads])
    total = (
        flat.pow(2).mean().sqrt() if norm_type == 2 else torch.linalg.vector_norm(flat, norm_type)
    )
    if not total.isfinite():
        return total
    scale = torch.clamp(max_norm / total, max=1.0)
    for g in grads:
        g.mul_(scale)
    return total
