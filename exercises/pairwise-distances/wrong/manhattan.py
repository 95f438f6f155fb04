# fails: values - sums magnitudes, which is the distance for p = 1
import torch


def pairwise_distances(a, b):
    return torch.linalg.vector_norm(a[:, None] - b, ord=1, dim=2)
