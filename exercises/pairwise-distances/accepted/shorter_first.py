import torch
from torch import nn


class Pairwise(nn.Module):
    """Loops over the coordinates when there are few of them, multiplies matrices otherwise."""

    def forward(self, a, b):
        if a.shape[1] <= 4:
            total = a.new_zeros(a.shape[0], b.shape[0])
            for k in range(a.shape[1]):
                total = total + (a[:, k, None] - b[None, :, k]) ** 2
        else:
            mean = torch.cat((a, b), 0).mean(0)
            a, b = a - mean, b - mean
            total = (a**2).sum(1).unsqueeze(1) + (b**2).sum(1) - 2 * nn.functional.linear(a, b)
        positive = total.gt(0)
        return torch.where(positive, total, total.detach() * 0 + 1).sqrt().mul(positive)


pairwise = Pairwise()


def pairwise_distances(a, b):
    return pairwise(a, b)
