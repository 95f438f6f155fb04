import torch


def scale(x, by=2.0):
    return torch.full_like(x, by) * x
