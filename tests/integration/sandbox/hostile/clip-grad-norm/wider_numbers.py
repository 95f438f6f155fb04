# expect: wrong
# grader: forks
# Right values in types that hold more: complex, and twice as precise.
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    parameters = [p for p in parameters if p.grad is not None]
    grads = [p.grad.to(torch.complex128) for p in parameters]
    norm = torch.stack(
        [torch.linalg.vector_norm(g.real, norm_type) for g in grads] or [torch.ones(())]
    )
    norm = torch.linalg.vector_norm(norm, norm_type).to(torch.complex128)
    for p, g in zip(parameters, grads):
        p.data, p.grad = p.data.to(torch.complex128), None
        p.grad = g * min(1.0, max_norm / norm.real.item())
    return norm
