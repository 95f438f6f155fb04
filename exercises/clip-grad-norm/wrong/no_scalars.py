# fails: joint-norm - every gradient is taken to have at least one dimension
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return torch.tensor(0.0)
    rows = [g.reshape(len(g), -1) for g in grads]
    norms = torch.cat([torch.linalg.vector_norm(row, norm_type, dim=1) for row in rows])
    total = torch.linalg.vector_norm(norms, norm_type)
    if not total.isfinite():
        return total
    scale = torch.clamp(max_norm / total, max=1.0)
    for g in grads:
        g.mul_(scale)
    return total
