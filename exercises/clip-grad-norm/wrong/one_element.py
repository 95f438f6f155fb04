# fails: joint-norm - a tensor of shape (1,) is taken for a scalar
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if norm_type == float("inf"):
        total = torch.zeros(1)
        for g in grads:
            total = torch.maximum(total, g.abs().max().float())
    else:
        total = torch.zeros(1)
        for g in grads:
            total += g.abs().pow(norm_type).sum()
        total = total ** (1 / norm_type)
    if not total.isfinite():
        return total
    scale = torch.clamp(max_norm / total, max=1.0)
    for g in grads:
        g.mul_(scale)
    return total
