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
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, H, T, T)
    keep = allowed.any(dim=-1, keepdim=True)
    weights = scores.masked_fill(~(allowed | ~keep), -math.inf).softmax(dim=-1)
    return (weights @ v).masked_fill(~keep, 0.0)


class CausalAttention(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x, lengths=None):
        b, t, c = x.shape
        q, k, v = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.qkv(x).chunk(3, dim=-1)
        )
        allowed = causal(t)
        if lengths is not None:
            allowed = allowed & keys_allowed(padding_of(lengths, t))
        return self.proj(merge_heads(attend(q, k, v, allowed)))
