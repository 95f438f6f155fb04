# fails: generator - the parameters are gone through twice
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    norms = [torch.linalg.vector_norm(p.grad, norm_type) for p in parameters if p.grad is not None]
    if not norms:
        return torch.tensor(0.0)
    total = torch.linalg.vector_norm(torch.stack(norms), norm_type)
    if not total.isfinite():
        return total
    scale = torch.clamp(max_norm / total, max=1.0)
    for p in parameters:
        if p.grad is not None:
            p.grad.mul_(scale)
    return total
