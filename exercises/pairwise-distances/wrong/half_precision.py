# fails: values - multiplies in bfloat16 to be faster
import torch


def pairwise_distances(a, b):
    centre = b.mean(0)
    a, b = a - centre, b - centre
    product = (a.bfloat16() @ b.bfloat16().T).to(a.dtype)
    squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * product
    apart = squares > 0
    return torch.where(apart, squares, 1.0).sqrt() * apart
