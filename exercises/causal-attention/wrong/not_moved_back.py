# fails: places - the output is cut anew instead of moved back
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
        x = x.permute(0, 2, 1, 3).reshape(B * S, T, C)
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.view(B * S, T, self.heads, D).transpose(1, 2)
        k = k.view(B * S, T, self.heads, D).transpose(1, 2)
        v = v.view(B * S, T, self.heads, D).transpose(1, 2)
        scores = q @ k.transpose(-2, -1) / math.sqrt(D)
        mask = torch.ones(T, T, dtype=torch.bool).tril()
        if self.window is not None:
            mask = mask.triu(-(self.window - 1))
        scores = scores.masked_fill(~mask, float("-inf"))
        y = scores.softmax(dim=-1) @ v
        y = y.transpose(1, 2).reshape(B * S, T, C)
        y = self.out(y)
        return y.reshape(B, T, S, C)

    def step(self, frame, state=None):
        x = frame[:, None]
        if state is not None:
            x = torch.cat([state, x], dim=1)
        if self.window is not None:
            x = x[:, -self.window :]
        return self.forward(x)[:, -1], x
