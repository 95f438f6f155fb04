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

    def split(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return [part.unflatten(-1, (self.heads, -1)) for part in (q, k, v)]

    def forward(self, x):
        q, k, v = self.split(x)
        T = x.shape[1]
        scores = torch.einsum("btshd,bjshd->bshtj", q, k) / math.sqrt(q.shape[-1])
        age = torch.arange(T).unsqueeze(1) - torch.arange(T).unsqueeze(0)
        allowed = age >= 0
        if self.window is not None:
            allowed = allowed & (age < self.window)
        scores = torch.where(allowed, scores, torch.tensor(-torch.inf, dtype=scores.dtype))
        y = torch.einsum("bshtj,bjshd->btshd", torch.softmax(scores, -1), v)
        return self.out(y.flatten(3))

    def step(self, frame, state=None):
        q, k, v = self.split(frame)
        k, v = k.unsqueeze(1), v.unsqueeze(1)
        if state is not None:
            k = torch.cat([state["k"], k], 1)
            v = torch.cat([state["v"], v], 1)
        if self.window is not None:
            k, v = k[:, -self.window :], v[:, -self.window :]
        scores = torch.einsum("bshd,bjshd->bshj", q, k) / math.sqrt(q.shape[-1])
        y = torch.einsum("bshj,bjshd->bshd", scores.softmax(-1), v)
        return self.out(y.flatten(2)), {"k": k, "v": v}
