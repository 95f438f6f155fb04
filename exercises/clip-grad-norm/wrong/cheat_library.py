# cheat: the library's own function
# expect: not allowed
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    return torch.nn.utils.clip_grad_norm_(list(parameters), max_norm, norm_type)
