# cheat: the library's own function
# expect: not allowed
import torch


def pairwise_distances(a, b):
    return torch.cdist(a, b)
