"""My own torch.nn.utils.clip_grad_norm_, without its 1e-6."""

import torch
from torch.nn import Parameter

# torch.nn.utils.clip_grad_norm_ adds 1e-6 to the divisor; we must not.


def clip_grad_norm(parameters: "Iterable[Parameter]", max_norm, norm_type=2.0):
    """Unlike `torch.nn.utils.clip_grad_norm_` this leaves non-finite gradients alone."""
    holders = [p for p in parameters if p.grad is not None]
    if not holders:
        return torch.tensor(0.0)
    joint = torch.cat([p.grad.flatten() for p in holders]).norm(norm_type)
    if joint.isfinite() and joint > max_norm:
        for p in holders:
            p.grad.data *= max_norm / joint
    return joint
