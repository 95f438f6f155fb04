import math
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    ps = [q for q in list(parameters) if q.grad is not None]
    if ps == []:
        return torch.tensor(0.0)
    if norm_type == math.inf:
        total = torch.stack([q.grad.abs().max() for q in ps]).max()
    else:
        total = torch.zeros((), dtype=ps[0].grad.dtype)
        for q in ps:
            total = total + (q.grad.abs() ** norm_type).sum()
        total = total ** (1.0 / norm_type)
    if not math.isfinite(total.item()):
        return total
    if total.item() > max_norm:
        f = max_norm / total.item()
        for q in ps:
            q.grad.copy_(q.grad * f)
    return total
