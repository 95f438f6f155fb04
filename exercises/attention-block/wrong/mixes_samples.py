# fails: within-samples - the first axis is taken for time, as nn.MultiheadAttention does by default
import math

from torch import Tensor, nn


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError("heads must divide dim")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        t, b, c = x.shape
        q, k, v = (
            part.reshape(t, b * self.heads, c // self.heads).transpose(0, 1)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        scores = q @ k.transpose(1, 2) / math.sqrt(c // self.heads)
        out = scores.softmax(dim=-1) @ v
        out = self.proj(out.transpose(0, 1).reshape(t, b, c))
        return self.norm(x + out)
