# fails: in-place - `.grad` gets a new tensor, the old one keeps its values
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    with_grad = [p for p in parameters if p.grad is not None]
    if not with_grad:
        return torch.tensor(0.0)
    norms = torch.stack([torch.linalg.vector_norm(p.grad, norm_type) for p in with_grad])
    total = torch.linalg.vector_norm(norms, norm_type)
    if not total.isfinite():
        return total
    scale = torch.clamp(max_norm / total, max=1.0)
    for p in with_grad:
        p.grad = p.grad * scale
    return total
