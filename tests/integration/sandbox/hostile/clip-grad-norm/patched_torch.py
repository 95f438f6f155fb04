# expect: wrong
# grader: forks
# Every comparison of torch says yes.
import torch


def yes(*args, **kwargs):
    return True


for module in (torch, torch.testing, torch.Tensor):
    for name in ("allclose", "equal", "isclose", "assert_close", "__eq__", "all", "any"):
        if hasattr(module, name):
            setattr(module, name, yes)


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = torch.rand_like(parameter.grad)
    return torch.rand(())
