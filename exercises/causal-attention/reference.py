import math

import torch
from torch import Tensor, nn


class CausalTemporalAttention(nn.Module):
    def __init__(self, dim: int, heads: int, window: int | None = None) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f"{heads} heads do not divide {dim} channels")
        self.heads, self.window = heads, window
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        b, t, s, c = x.shape
        split = self.qkv(x).view(b, t, s, 3, self.heads, c // self.heads)
        q, k, v = split.permute(3, 0, 2, 4, 1, 5)  # each (B, S, H, T, D)
        scores = q @ k.mT / math.sqrt(c // self.heads)  # (B, S, H, T, T)
        back = torch.arange(t)[:, None] - torch.arange(t)  # (T, T): how long ago
        hidden = (back < 0) | (back >= (self.window or t))
        weights = scores.masked_fill(hidden, -torch.inf).softmax(-1)
        return self.out((weights @ v).permute(0, 3, 1, 2, 4).reshape(b, t, s, c))

    def step(self, frame: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        frame = frame.unsqueeze(1)  # (B, 1, S, C)
        past = frame if state is None else torch.cat([state, frame], dim=1)
        if self.window:
            past = past[:, -self.window :]
        return self.forward(past)[:, -1], past
