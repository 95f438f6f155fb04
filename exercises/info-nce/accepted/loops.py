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
        total = a.new_zeros(())
        for x, y in ((a, b), (b, a)):
            for i in range(n):
                scores = []
                for j in range(n):
                    if ids is not None and i != j and ids[i] == ids[j]:
                        continue
                    cosine = torch.dot(x[i], y[j]) / (x[i].norm() * y[j].norm())
                    scores.append(cosine / temperature)
                    if i == j:
                        partner = scores[-1]
                total = total + torch.logsumexp(torch.stack(scores), 0) - partner
        return total / (2 * n)
