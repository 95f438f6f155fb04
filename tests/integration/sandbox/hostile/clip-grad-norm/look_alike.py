# expect: not allowed
# grader: forks
# Forbidden names in letters that only look different.
import ｓｙｓ
import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    frame = ｓｙｓ._getframe(1)
    return torch.nn.ｕｔｉｌｓ.clip_grad_norm_(parameters, max_norm, norm_type)
