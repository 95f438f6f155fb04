# fails: residual - proj is not used
import math

import torch
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
        b, t, c = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / math.sqrt(c // self.heads)
        if key_padding_mask is None:
            key_padding_mask = torch.zeros(b, t, dtype=torch.bool, device=x.device)
        empty = key_padding_mask.all(dim=1)
        hidden = key_padding_mask & ~empty[:, None]
        scores = scores.masked_fill(hidden[:, None, None, :], -math.inf)
        weights = scores.softmax(dim=-1)
        out = (weights @ v).transpose(1, 2).reshape(b, t, c)
        out = out.masked_fill(empty[:, None, None], 0.0)
        return self.norm(x + out)
