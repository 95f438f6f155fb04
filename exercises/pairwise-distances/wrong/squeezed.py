# fails: values - squeeze takes away an axis that belongs to the result
# says: its shape is
import torch


def pairwise_distances(a, b):
    centre = b.mean(0)
    a, b = a - centre, b - centre
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    apart = squares > 0
    return (torch.where(apart, squares, 1.0).sqrt() * apart).squeeze()
