from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn.functional import softmax


@dataclass(frozen=True)
class Memory:
    keys: Tensor
    values: Tensor

    def with_frame(self, keys, values, window):
        keys = torch.cat([self.keys, keys], dim=-2)
        values = torch.cat([self.values, values], dim=-2)
        if window is not None:
            keys, values = keys[..., -window:, :], values[..., -window:, :]
        return Memory(keys, values)


class CausalTemporalAttention(nn.Module):
    def __init__(self, dim, heads, window=None):
        super().__init__()
        if dim // heads * heads != dim:
            raise ValueError(f"dim={dim}, heads={heads}")
        self.heads, self.size, self.window = heads, dim // heads, window
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def parts(self, x):
        """(B, T, S, C) to queries, keys, values of shape (B, S, H, T, D)."""
        return self.qkv(x).unflatten(-1, (3, self.heads, self.size)).permute(3, 0, 2, 4, 1, 5)

    def merged(self, y):
        return self.out(y.permute(0, 3, 1, 2, 4).flatten(-2))

    def forward(self, x):
        q, k, v = self.parts(x)
        T = x.shape[1]
        rows, columns = torch.meshgrid(torch.arange(T), torch.arange(T), indexing="ij")
        seen = columns <= rows
        if self.window is not None:
            seen &= columns > rows - self.window
        scores = q.matmul(k.mT).div(sqrt(self.size)).masked_fill(seen.logical_not(), -1e30)
        return self.merged(softmax(scores, dim=-1) @ v)

    def step(self, frame, state=None):
        q, k, v = self.parts(frame.unsqueeze(1))
        if state is None:
            state = Memory(k[..., :0, :], v[..., :0, :])
        state = state.with_frame(k, v, self.window)
        weights = softmax(q @ state.keys.mT / sqrt(self.size), dim=-1)
        return self.merged(weights @ state.values)[:, 0], state
