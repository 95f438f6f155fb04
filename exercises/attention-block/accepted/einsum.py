import torch
import torch.nn.functional as F
from torch import Tensor, einsum, nn


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if dim % heads != 0:
            raise ValueError
        self.dim, self.heads, self.head_dim = dim, heads, dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x, key_padding_mask=None):
        q, k, v = (
            t.unflatten(-1, (self.heads, self.head_dim))
            for t in self.qkv(x).split(self.dim, dim=-1)
        )
        sim = einsum("bqhd,bkhd->bhqk", q, k) * self.head_dim**-0.5
        if key_padding_mask is not None:
            everything = key_padding_mask.all(-1, keepdim=True)
            sim = sim.masked_fill((key_padding_mask & ~everything)[:, None, None, :], -torch.inf)
        w = F.softmax(sim, dim=-1)
        o = einsum("bhqk,bkhd->bqhd", w, v).flatten(-2)
        o = self.proj(o)
        if key_padding_mask is not None:
            o = o.masked_fill(everything[:, :, None], 0.0)
        return self.norm(x + o)
