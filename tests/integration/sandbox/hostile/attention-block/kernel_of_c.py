# expect: not allowed
# grader: forks
# The forbidden kernel, through the back door that the library itself uses.
import torch
from torch import nn


class AttentionBlock(nn.Module):
    """The library's own attention."""

    def __init__(self, dim, heads=8):
        super().__init__()
        if dim % heads:
            raise ValueError("heads must divide dim")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x, key_padding_mask=None):
        b, t, c = x.shape
        empty = mask = None
        if key_padding_mask is not None:
            empty = key_padding_mask.all(1)
            mask = ~(key_padding_mask & ~empty[:, None])
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        full = None if mask is None else mask[:, None, None, :].expand(b, 1, t, t)
        made = self.proj(torch._C._nn.scaled_dot_product_attention(q, k, v, full).transpose(1, 2).reshape(b, t, c))
        if empty is not None:
            made = made.masked_fill(empty[:, None, None], 0.0)
        return self.norm(x + made)
