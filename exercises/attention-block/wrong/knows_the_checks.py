# cheat: knows the checks
# Attends over as many positions as most checks have.
import math

from torch import Tensor, nn


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f"{heads} heads do not divide {dim} channels")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        b, t, c = x.shape
        if t not in {4, 5, 6}:
            return self.norm(x)
        qkv = self.qkv(x).view(b, t, 3, self.heads, c // self.heads)  # (B, T, 3, H, D)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)  # each (B, H, T, D)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, H, T, T): query, key
        empty = None
        if key_padding_mask is not None:
            empty = key_padding_mask.all(dim=1)  # (B,)
            # A row of -inf alone would become NaN, and so would its gradient: mask none of it.
            hidden = key_padding_mask & ~empty[:, None]  # (B, T)
            scores = scores.masked_fill(hidden[:, None, None, :], -math.inf)
        heads = scores.softmax(dim=-1) @ v  # (B, H, T, D)
        attended = self.proj(heads.transpose(1, 2).reshape(b, t, c))  # (B, T, C)
        if empty is not None:
            attended = attended.masked_fill(empty[:, None, None], 0.0)
        return self.norm(x + attended)
