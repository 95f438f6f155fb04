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
        both = torch.stack([scores, scores.transpose(0, 1)])
        if ids is not None:
            same = (ids.view(-1, 1) == ids.view(1, -1)).to(both.dtype)
            drop = same - torch.eye(len(ids), dtype=both.dtype)
            both = both.masked_fill(drop > 0.5, -1e30)
        logp = both.log_softmax(-1)
        return -logp.diagonal(dim1=1, dim2=2).mean()
