# fails: large - repeats both sets for each pair
import torch


def pairwise_distances(a, b):
    n, m = len(a), len(b)
    left = a.repeat_interleave(m, dim=0)
    right = b.repeat(n, 1)
    return torch.linalg.vector_norm(left - right, dim=1).reshape(n, m)
