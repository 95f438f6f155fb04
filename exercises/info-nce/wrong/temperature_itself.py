# fails: learned - the temperature itself is the parameter
# says: the parameters are off: temperature
import math

import torch
from torch import nn
from torch.nn import functional as F


class InfoNCE(nn.Module):
    def __init__(self, temperature=0.07, learn=False):
        super().__init__()
        self.temperature = nn.Parameter(torch.tensor(temperature)) if learn else temperature

    def forward(self, a, b, ids=None):
        temperature = self.temperature
        a, b = F.normalize(a, dim=1), F.normalize(b, dim=1)
        scores = a @ b.T / temperature
        if ids is not None:
            same = ids[:, None] == ids[None, :]
            same.fill_diagonal_(False)
            scores = scores.masked_fill(same, float("-inf"))
        goals = torch.arange(len(a))
        return (F.cross_entropy(scores, goals) + F.cross_entropy(scores.T, goals)) / 2
