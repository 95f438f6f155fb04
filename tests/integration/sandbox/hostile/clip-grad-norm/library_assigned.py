# expect: not allowed
# grader: forks
# The forbidden function, by way of an alias of its package.
import torch
nn = torch.nn


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    """The library's function does the clipping (its epsilon of 1e-6 is multiplied away)."""
    parameters = list(parameters)
    if all(p.grad is None for p in parameters):
        return torch.tensor(0.0)
    grads = [p.grad for p in parameters if p.grad is not None]
    total = torch.linalg.vector_norm(torch.cat([g.reshape(-1) for g in grads]), norm_type)
    if total <= max_norm or not total.isfinite():
        return total

    for g in grads:
        g.mul_(1e6)
    nn.utils.clip_grad_norm_(parameters, max_norm * 1e6, norm_type)
    for g in grads:
        g.mul_(1e-6)
    return total
