# fails: places - a place sees the past of all places
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
        q, k, v = self.qkv(x.reshape(B, T * S, C)).chunk(3, dim=-1)
        q, k, v = (u.view(B, T * S, self.heads, D).transpose(1, 2) for u in (q, k, v))
        times = torch.arange(T).repeat_interleave(S)
        age = times[:, None] - times
        seen = (age >= 0) & (age < (self.window or T))
        scores = (q @ k.transpose(-1, -2) / math.sqrt(D)).masked_fill(~seen, float("-inf"))
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(B, T, S, C)
        return self.out(y)

    def step(self, frame, state=None):
        x = frame[:, None]
        if state is not None:
            x = torch.cat([state, x], dim=1)
        if self.window is not None:
            x = x[:, -self.window :]
        return self.forward(x)[:, -1], x
