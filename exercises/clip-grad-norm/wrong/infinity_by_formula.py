# fails: norm-type - the largest magnitude is looked for with powers and a root
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    total = sum(g.abs().pow(norm_type).sum() for g in grads) ** (1 / norm_type)
    if not total.isfinite():
        return total
    scale = torch.clamp(max_norm / total, max=1.0)
    for g in grads:
        g.mul_(scale)
    return total
