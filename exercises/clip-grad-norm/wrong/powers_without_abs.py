# fails: norm-type - odd powers keep the sign
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    if norm_type == float("inf"):
        total = torch.stack([g.abs().max() for g in grads]).max()
    else:
        total = sum((g**norm_type).sum() for g in grads) ** (1 / norm_type)
    if total.isfinite() and total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total
