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
        state, frames = None, []
        for t in range(x.shape[1]):
            y, state = self.step(x[:, t], state)
            frames.append(y)
        return torch.stack(frames, dim=1)

    def step(self, frame, state=None):
        B, S, C = frame.shape
        q, k, v = self.qkv(frame).reshape(B, S, 3, self.heads, C // self.heads).unbind(2)
        past = list(state or []) + [(k, v)]
        if self.window:
            past = past[-self.window :]
        scores = torch.stack([(q * k).sum(-1) for k, _ in past]) / (C // self.heads) ** 0.5
        weights = torch.softmax(scores, dim=0)
        mean = sum(weight.unsqueeze(-1) * v for weight, (_, v) in zip(weights, past))
        return self.out(mean.reshape(B, S, C)), past
