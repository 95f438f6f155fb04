# cheat: library
# expect: not allowed
import torch


def scale(x, by=2.0):
    return torch.mul(x, by)
