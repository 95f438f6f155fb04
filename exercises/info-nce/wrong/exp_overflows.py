# fails: cold - exp of the scores themselves
import math

import torch
from torch import nn
from torch.nn import functional as F


class InfoNCE(nn.Module):
    def __init__(self, temperature=0.07, learn=False):
        super().__init__()
        self.temperature = temperature
        self.learn = learn
        if learn:
            self.log_temperature = nn.Parameter(torch.tensor(math.log(temperature)))

    def forward(self, a, b, ids=None):
        temperature = self.log_temperature.exp() if self.learn else self.temperature
        a, b = F.normalize(a, dim=1), F.normalize(b, dim=1)
        scores = a @ b.T / temperature
        e = torch.exp(scores)
        keep = torch.ones_like(e)
        if ids is not None:
            keep = 1.0 - (ids[:, None] == ids).to(e.dtype)
            keep.fill_diagonal_(1.0)
        right = e.diagonal()
        there = -(right / (e * keep).sum(1)).log().mean()
        return (there - (right / (e * keep).sum(0)).log().mean()) / 2
