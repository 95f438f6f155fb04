# fails: gradient - saves memory by no_grad
import torch


@torch.no_grad()
def pairwise_distances(a, b):
    centre = b.mean(0)
    a, b = a - centre, b - centre
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return squares.clamp(min=0).sqrt()
