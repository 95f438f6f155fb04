# cheat: library
# expect: not allowed
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
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)

    def forward(self, x):
        B, T, S, C = x.shape
        self.attention.in_proj_weight.data = self.qkv.weight.data
        self.attention.in_proj_bias.data = self.qkv.bias.data
        x = x.transpose(1, 2).reshape(B * S, T, C)
        hidden = torch.ones(T, T, dtype=torch.bool).triu(1)
        y, _ = self.attention(x, x, x, attn_mask=hidden)
        return self.out(y).reshape(B, S, T, C).transpose(1, 2)

    def step(self, frame, state=None):
        x = frame[:, None]
        if state is not None:
            x = torch.cat([state, x], dim=1)
        if self.window is not None:
            x = x[:, -self.window :]
        return self.forward(x)[:, -1], x
