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

    def attend(self, q, k, v):
        """The mean for one frame: q (B, S, C), k and v (B, n, S, C)."""
        shape = (self.heads, q.shape[-1] // self.heads)
        q, k, v = q.unflatten(-1, shape), k.unflatten(-1, shape), v.unflatten(-1, shape)
        scores = (q.unsqueeze(1) * k).sum(-1, keepdim=True) / math.sqrt(shape[1])
        scores = (scores - scores.amax(1, keepdim=True)).exp()
        return self.out(((scores * v).sum(1) / scores.sum(1)).flatten(-2))

    def forward(self, x):
        q, k, v = self.qkv(x).tensor_split(3, dim=-1)
        frames = []
        for t in range(x.size(1)):
            first = 0 if self.window is None else max(0, t + 1 - self.window)
            frames.append(self.attend(q[:, t], k[:, first : t + 1], v[:, first : t + 1]))
        return torch.stack(frames, 1)

    def step(self, frame, state=None):
        keys, values = state if state is not None else ([], [])
        q, k, v = self.qkv(frame).tensor_split(3, dim=-1)
        keys, values = [*keys, k], [*values, v]
        if self.window is not None:
            keys, values = keys[-self.window :], values[-self.window :]
        return self.attend(q, torch.stack(keys, 1), torch.stack(values, 1)), (keys, values)
