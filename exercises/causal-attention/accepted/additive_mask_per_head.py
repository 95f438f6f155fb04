import math

import torch
from torch import nn


class CausalTemporalAttention(nn.Module):
    def __init__(self, dim, heads, window=None):
        super().__init__()
        if dim % heads != 0:
            raise ValueError("heads must divide dim")
        self.heads = heads
        self.window = window
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x):
        T, C = x.shape[1], x.shape[3]
        D = C // self.heads
        x = x.transpose(1, 2)
        mask = torch.full((T, T), -torch.inf, dtype=x.dtype).triu(1)
        if self.window is not None and self.window < T:
            mask = mask + torch.full((T, T), -torch.inf, dtype=x.dtype).tril(-self.window)
        q, k, v = torch.split(self.qkv(x), C, dim=-1)
        heads = []
        for i in range(self.heads):
            own = slice(i * D, (i + 1) * D)
            scores = torch.matmul(q[..., own], k[..., own].transpose(-1, -2)) * D**-0.5
            heads.append(torch.matmul(torch.softmax(scores + mask, dim=-1), v[..., own]))
        return self.out(torch.cat(heads, dim=-1)).transpose(1, 2)

    def step(self, frame, state=None):
        past = () if state is None else state
        past = (*past, frame)
        if self.window is not None:
            past = past[-self.window :]
        return self.forward(torch.stack(past, 1))[:, -1], past
