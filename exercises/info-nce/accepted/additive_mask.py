import math

import torch
from torch import nn
from torch.nn import functional as F


class InfoNCE(nn.Module):
    def __init__(self, temperature=0.07, learn=False):
        super().__init__()
        log = torch.tensor(math.log(temperature), dtype=torch.float64)
        if learn:
            self.log_temperature = nn.Parameter(log.float())
        else:
            self.register_buffer("log_temperature", log)

    def forward(self, a, b, ids=None):
        a = a / a.norm(dim=-1, keepdim=True)
        b = b / b.norm(dim=-1, keepdim=True)
        scores = torch.einsum("id,jd->ij", a, b) * torch.exp(-self.log_temperature)
        scores = scores.to(a.dtype)
        if ids is not None:
            extra = torch.zeros(len(ids), len(ids), dtype=a.dtype)
            for i in range(len(ids)):
                extra[i, ids == ids[i]] = -math.inf
                extra[i, i] = 0.0
            scores = scores + extra
        goal = torch.arange(scores.shape[0], device=scores.device)
        loss = nn.CrossEntropyLoss()
        return (loss(scores, goal) + loss(scores.t(), goal)) / 2
