import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class InfoNCE(nn.Module):
    def __init__(self, temperature: float = 0.07, learn: bool = False) -> None:
        super().__init__()
        self.temperature = temperature
        self.log_temperature = nn.Parameter(torch.tensor(math.log(temperature))) if learn else None

    def forward(self, a: Tensor, b: Tensor, ids: Tensor | None = None) -> Tensor:
        learnt = self.log_temperature
        temperature = self.temperature if learnt is None else learnt.exp()
        scores = functional.normalize(a) @ functional.normalize(b).T / temperature  # (N, N)
        places = torch.arange(len(a))  # (N,)
        if ids is not None:
            same = (ids[:, None] == ids) & (places[:, None] != places)  # (N, N)
            scores = scores.masked_fill(same, -torch.inf)
        to_b = functional.cross_entropy(scores, places)
        return (to_b + functional.cross_entropy(scores.T, places)) / 2
