# expect: wrong
# grader: forks
# Numbers that would broadcast against whatever is expected.
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.data = torch.empty(1, 1)
            parameter.grad = torch.full((1, 1), float("nan"))
    return torch.full((1, 1, 1), float("nan"))
