# fails: missing-gradients - the first None is taken for the end
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = []
    for p in parameters:
        if p.grad is None:
            break
        grads.append(p.grad)
    if not grads:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(g, norm_type) for g in grads])
    total = torch.linalg.vector_norm(norms, norm_type)
    if total.isfinite() and total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total
