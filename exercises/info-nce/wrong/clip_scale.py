# fails: learned - the logarithm of the inverse is stored, as CLIP does
# says: at the start
import math

import torch
from torch import nn
from torch.nn import functional as F


class InfoNCE(nn.Module):
    def __init__(self, temperature=0.07, learn=False):
        super().__init__()
        self.temperature = temperature
        self.log_temperature = None
        if learn:
            self.log_temperature = nn.Parameter(torch.tensor(math.log(1 / temperature)))

    def forward(self, a, b, ids=None):
        scale = 1 / self.temperature
        if self.log_temperature is not None:
            scale = self.log_temperature.exp()
        a, b = F.normalize(a, dim=1), F.normalize(b, dim=1)
        scores = a @ b.T * scale
        if ids is not None:
            same = ids[:, None] == ids[None, :]
            same.fill_diagonal_(False)
            scores = scores.masked_fill(same, float("-inf"))
        goals = torch.arange(len(a))
        return (F.cross_entropy(scores, goals) + F.cross_entropy(scores.T, goals)) / 2
