# fails: last - the attention goes over the places instead of the frames
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
        B, T, S, C = x.shape
        D = C // self.heads
        q, k, v = self.qkv(x).view(B, T, S, 3, self.heads, D).permute(3, 0, 1, 4, 2, 5)
        scores = q @ k.transpose(-1, -2) / math.sqrt(D)
        hidden = torch.ones(S, S, dtype=torch.bool).triu(1)
        y = scores.masked_fill(hidden, float("-inf")).softmax(-1) @ v
        return self.out(y.transpose(2, 3).reshape(B, T, S, C))

    def step(self, frame, state=None):
        x = frame[:, None]
        if state is not None:
            x = torch.cat([state, x], dim=1)
        if self.window is not None:
            x = x[:, -self.window :]
        return self.forward(x)[:, -1], x
