# fails: pairs - the rows are added up instead of averaged
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
        if ids is not None:
            same = ids[:, None] == ids[None, :]
            same.fill_diagonal_(False)
            scores = scores.masked_fill(same, float("-inf"))
        goals = torch.arange(len(a))
        there = F.cross_entropy(scores, goals, reduction="sum")
        return (there + F.cross_entropy(scores.T, goals, reduction="sum")) / 2
