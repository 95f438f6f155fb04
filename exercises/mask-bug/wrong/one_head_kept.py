# fails: merge-heads - the heads are averaged
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
    return x.mean(dim=1).repeat(1, 1, x.shape[1])


def attend(q, k, v, allowed):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, H, T, T)
    allowed = allowed.expand(scores.shape)
    empty = ~allowed.any(dim=-1, keepdim=True)  # (B, H, T, 1)
    scores = scores.masked_fill(~allowed & ~empty, -math.inf)
    return scores.softmax(dim=-1).masked_fill(empty, 0.0) @ v


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
