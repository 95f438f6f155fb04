# fails: not-finite - Python's max forgets a NaN that does not come first
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    if norm_type == float("inf"):
        total = max(g.abs().max() for g in grads)
    else:
        norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])
        total = torch.linalg.vector_norm(norms, norm_type)
    if total.isfinite() and total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total
