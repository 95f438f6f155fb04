# fails: again - what one call needs is left behind by the one before
import torch

scale = []


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    if not scale:
        norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])
        total = torch.linalg.vector_norm(norms, norm_type)
        scale.append((total, max_norm / total))
    total, factor = scale[0]
    if total.isfinite() and total > max_norm:
        for g in grads:
            g.mul_(factor)
    return total
