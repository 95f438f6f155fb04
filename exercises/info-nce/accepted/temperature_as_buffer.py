import math

import torch
from torch import nn
from torch.nn import functional as F


class InfoNCE(nn.Module):
    def __init__(self, temperature=0.07, learn=False):
        super().__init__()
        start = torch.tensor([math.log(temperature)]).squeeze()
        if learn:
            self.log_temperature = nn.Parameter(start)
        else:
            self.register_buffer("log_temperature", start)

    def forward(self, a, b, ids=None):
        temperature = self.log_temperature.exp().to(a.dtype)
        a = a / a.norm(dim=1).clamp(min=1e-8)[:, None]
        b = b / b.norm(dim=1).clamp(min=1e-8)[:, None]
        scores = torch.matmul(a, b.transpose(0, 1)) / temperature
        if ids is not None:
            same = ids.view(-1, 1) == ids.view(1, -1)
            others = (torch.ones_like(scores) - torch.eye(a.shape[0])).bool()
            scores = scores + (same & others) * -1e9
        goals = torch.arange(a.shape[0])
        return 0.5 * F.cross_entropy(scores, goals) + 0.5 * F.cross_entropy(scores.t(), goals)
