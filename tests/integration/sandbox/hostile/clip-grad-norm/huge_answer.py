# expect: wrong
# grader: forks
# Twice as many bytes as an answer may have.
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    return torch.zeros(4 * 2**20)
