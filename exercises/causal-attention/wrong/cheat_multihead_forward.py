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

    def forward(self, x):
        B, T, S, C = x.shape
        x = x.transpose(1, 2).reshape(B * S, T, C).transpose(0, 1)
        hidden = torch.ones(T, T, dtype=torch.bool).triu(1)
        y, _ = nn.functional.multi_head_attention_forward(
            x,
            x,
            x,
            C,
            self.heads,
            self.qkv.weight,
            self.qkv.bias,
            None,
            None,
            False,
            0.0,
            self.out.weight,
            self.out.bias,
            attn_mask=hidden,
            need_weights=False,
        )
        return y.transpose(0, 1).reshape(B, S, T, C).transpose(1, 2)

    def step(self, frame, state=None):
        x = frame[:, None]
        if state is not None:
            x = torch.cat([state, x], dim=1)
        if self.window is not None:
            x = x[:, -self.window :]
        return self.forward(x)[:, -1], x
