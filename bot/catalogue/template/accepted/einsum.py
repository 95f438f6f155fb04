import torch


def scale(x, by=2.0):
    return torch.einsum("...,->...", x, torch.tensor(by, dtype=x.dtype))
