# fails: edges - goes through the first axis
# says: TypeError
import torch


def scale(x, by=2.0):
    return torch.stack([row * by for row in x])
