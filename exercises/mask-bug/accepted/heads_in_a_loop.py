import math

import torch
from torch import nn


def padding_of(lengths, steps):
    return torch.stack([torch.arange(steps) >= int(length) for length in lengths])


def keys_allowed(padding):
    return ~padding[:, None, None, :]  # (B, 1, 1, T)


def causal(steps):
    return torch.ones(steps, steps, dtype=torch.bool).tril()


def merge_heads(x):
    return x.movedim(1, 2).reshape(*x.movedim(1, 2).shape[:2], -1)


def attend(q, k, v, allowed):
    found = []
    for head in range(q.shape[1]):
        scores = torch.einsum("bqd,bkd->bqk", q[:, head], k[:, head]) * q.shape[-1] ** -0.5
        mask = allowed.expand(*q.shape[:3], k.shape[2])[:, head]
        none = ~mask.any(-1, keepdim=True)
        weights = torch.softmax(scores.masked_fill(~(mask | none), float("-inf")), -1)
        found.append(torch.einsum("bqk,bkd->bqd", weights.masked_fill(none, 0), v[:, head]))
    return torch.stack(found, dim=1)


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
