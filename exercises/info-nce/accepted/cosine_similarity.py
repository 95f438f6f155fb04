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
        scores = F.cosine_similarity(a[:, None, :], b[None, :, :], dim=-1) / temperature
        if ids is not None:
            out = torch.eq(ids.unsqueeze(0), ids.unsqueeze(1)) & ~torch.eye(len(ids)).bool()
            scores = torch.where(out, torch.full_like(scores, -torch.inf), scores)
        right = scores.diagonal()
        rows = torch.logsumexp(scores, 1) - right
        columns = torch.logsumexp(scores, 0) - right
        return 0.5 * (rows.mean() + columns.mean())
