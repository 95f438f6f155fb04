import math

import torch
from torch import nn


def padding_of(lengths, steps):
    return torch.arange(steps) >= lengths[:, None]  # (B, T)


def keys_allowed(padding):
    return ~padding[:, None, None, :]  # (B, 1, 1, T)


def causal(steps):
    return torch.ones(steps, steps, dtype=torch.bool).tril()


def merge_heads(x):
    return x.transpose(1, 2).flatten(2)  # (B, H, T, D) -> (B, T, H * D)


def attend(q, k, v, allowed):
    b, h, t, d = q.shape
    allowed = torch.broadcast_to(allowed, (b, h, t, k.shape[2]))
    scores = torch.einsum("bhqd,bhkd->bhqk", q.double(), k.double()) / d**0.5
    alive = allowed.any(dim=-1)
    out = torch.zeros(b, h, t, d, dtype=torch.float64)
    picked = scores[alive].masked_fill(~allowed[alive], -math.inf).softmax(dim=-1)
    values = v.double().unsqueeze(2).expand(b, h, t, v.shape[2], d)[alive]
    out = out.masked_scatter(alive[..., None].expand_as(out), (picked[:, None] @ values)[:, 0])
    return out.to(q.dtype)


class CausalAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x, lengths=None):
        b, t, c = x.shape
        qkv = self.qkv(x).view(b, t, 3, self.heads, c // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        allowed = causal(t)
        if lengths is not None:
            allowed = allowed & keys_allowed(padding_of(lengths, t))
        return self.proj(merge_heads(attend(q, k, v, allowed)))
