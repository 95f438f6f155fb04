import torch


def scale(x, by=2.0):
    return torch.tensor([by * e for e in x.flatten().tolist()], dtype=x.dtype).reshape(x.shape)
