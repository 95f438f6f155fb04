# fails: joint-norm - the norm is returned in float64 whatever the gradients are
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    total = torch.linalg.vector_norm(torch.cat([g.double().reshape(-1) for g in grads]), norm_type)
    if total.isfinite() and total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total
