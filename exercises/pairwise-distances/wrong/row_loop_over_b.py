# fails: many - a Python loop over the points of b
import torch


def pairwise_distances(a, b):
    columns = [torch.linalg.vector_norm(a - y, dim=1) for y in b]
    return torch.stack(columns, dim=1) if columns else a.new_zeros(len(a), 0)
