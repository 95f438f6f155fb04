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
        n = len(a)
        views = F.normalize(torch.cat([a, b]), dim=-1)
        table = views @ views.T / temperature
        inside = torch.block_diag(torch.ones(n, n), torch.ones(n, n)).bool()
        table = table.masked_fill(inside, -torch.inf)
        if ids is not None:
            twice = torch.cat([ids, ids])
            same = twice[:, None] == twice
            partner = torch.eye(2 * n, dtype=torch.bool).roll(n, 1)
            table = table.masked_fill(same & ~partner, -torch.inf)
        return F.cross_entropy(table, (torch.arange(2 * n) + n) % (2 * n))
