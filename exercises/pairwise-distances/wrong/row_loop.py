# fails: many - a Python loop over the points of a
import torch


def pairwise_distances(a, b):
    if len(a) == 0:
        return a.new_zeros(0, len(b))
    return torch.stack([torch.linalg.vector_norm(b - x, dim=1) for x in a])
