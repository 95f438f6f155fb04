# fails: pairs - the other rows of the same side count as wrong answers
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
        views = F.normalize(torch.cat([a, b]), dim=1)
        scores = views @ views.T / temperature
        scores = scores.masked_fill(torch.eye(len(views)).bool(), float("-inf"))
        n = len(a)
        if ids is not None:
            twice = torch.cat([ids, ids])
            same = (twice[:, None] == twice) & ~torch.eye(2 * n).bool().roll(n, 1)
            scores = scores.masked_fill(same, float("-inf"))
        return F.cross_entropy(scores, torch.cat([torch.arange(n) + n, torch.arange(n)]))
