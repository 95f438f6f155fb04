import math

import torch
from torch import nn


def one_way(scores, keep):
    top = scores.detach().max(dim=1, keepdim=True).values
    weights = torch.exp(scores - top) * keep
    return (weights.sum(1).log() + top[:, 0] - scores.diagonal()).mean()


class InfoNCE(nn.Module):
    def __init__(self, temperature=0.07, learn=False):
        super().__init__()
        start = torch.tensor(temperature).log()
        self.log_temperature = nn.Parameter(start) if learn else None
        self.fixed = temperature

    def forward(self, a, b, ids=None):
        scores = torch.mm(unit(a), unit(b).t())
        if self.log_temperature is None:
            scores = scores / self.fixed
        else:
            scores = scores / torch.exp(self.log_temperature)
        keep = torch.ones_like(scores)
        if ids is not None:
            keep[ids.unsqueeze(1) == ids.unsqueeze(0)] = 0.0
            keep.fill_diagonal_(1.0)
            scores = scores.masked_fill(keep == 0, -3.0e38)
        return one_way(scores, keep) / 2 + one_way(scores.t(), keep) / 2


def unit(x):
    return x * x.square().sum(1, keepdim=True).rsqrt()
