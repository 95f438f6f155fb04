# fails: untouched - gradients of zeros are divided by their norm
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])
    total = torch.linalg.vector_norm(norms, norm_type)
    if total.isfinite():
        for g in grads:
            g.copy_(torch.where(total > max_norm, g * (max_norm / total), g / total * total))
    return total
