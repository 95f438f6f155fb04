"""Causal self-attention for samples of different lengths. It runs, and the loss is NaN or too good."""

import math

import torch
from torch import Tensor, nn


def padding_of(lengths: Tensor, steps: int) -> Tensor:
    """How many positions are real (B,) int64 -> what is padding (B, T) bool."""
    return torch.arange(steps) >= lengths[:, None]


def keys_allowed(padding: Tensor) -> Tensor:
    """What is padding (B, T) bool -> which keys may be looked at (B, 1, 1, T) bool."""
    return ~padding[:, None, None, :]


def causal(steps: int) -> Tensor:
    """Which key (column) each query (row) may look at: (T, T) bool."""
    return torch.ones(steps, steps, dtype=torch.bool).tril()


def merge_heads(x: Tensor) -> Tensor:
    """(B, H, T, D) -> (B, T, H * D), one head after another."""
    b, h, t, d = x.shape
    return x.transpose(1, 2).reshape(b, t, h * d)


def attend(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor) -> Tensor:
    """Mean of the values by softmax(q k / sqrt(D)) over the allowed keys: (B, H, T, D)."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    allowed = allowed.expand(scores.shape)
    empty = ~allowed.any(dim=-1, keepdim=True)
    scores = scores.masked_fill(~allowed & ~empty, -math.inf)
    weights = scores.softmax(dim=-1).masked_fill(empty, 0.0)
    return weights @ v


class CausalAttention(nn.Module):
    """Every position looks at itself and at what came before it, but never at padding."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        """x (B, T, C), how many positions are real (B,) -> (B, T, C)."""
        b, t, c = x.shape
        qkv = self.qkv(x).view(b, t, 3, self.heads, c // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        allowed = causal(t)
        if lengths is not None:
            allowed = allowed & keys_allowed(padding_of(lengths, t))
        return self.proj(merge_heads(attend(q, k, v, allowed)))
