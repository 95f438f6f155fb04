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
        self.scale = (dim // heads) ** -0.5

    def forward(self, x):
        B, T, S, C = x.shape
        H, D = self.heads, C // self.heads
        parts = self.qkv(x).reshape(B, T, S, 3, H, D)
        parts = parts.permute(3, 0, 2, 4, 1, 5).reshape(3, B * S * H, T, D)
        q, k, v = parts[0], parts[1], parts[2]
        bias = torch.zeros(T, T, dtype=x.dtype)
        for t in range(T):
            bias[t, t + 1 :] = -1e9
            if self.window is not None:
                bias[t, : max(0, t - self.window + 1)] = -1e9
        scores = torch.baddbmm(bias.expand(len(q), T, T), q * self.scale, k.transpose(1, 2))
        y = torch.bmm(torch.softmax(scores, 2), v).reshape(B, S, H, T, D)
        return self.out(y.permute(0, 3, 1, 2, 4).reshape(B, T, S, C))

    def step(self, frame, state=None):
        clip = frame.unsqueeze(1) if state is None else torch.cat((state, frame.unsqueeze(1)), 1)
        return self(clip)[:, -1], clip
