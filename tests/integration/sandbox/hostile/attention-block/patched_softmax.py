# expect: partly
# grader: forks
# holds: again, within-samples, heads-apart, divisible
# The library's own functions are others: a softmax that does nothing, a norm that knows no weights.
import math

import torch
from torch import nn

torch.Tensor.softmax = torch.softmax = nn.functional.softmax = lambda x, *args, **kwargs: x
nn.functional.layer_norm = torch.layer_norm = lambda x, *args, **kwargs: x.sign()
nn.LayerNorm.forward = lambda self, x: x.sign()


class AttentionBlock(nn.Module):
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
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = q @ k.mT / math.sqrt(c // self.heads)
        if key_padding_mask is None:
            key_padding_mask = torch.zeros(b, t, dtype=torch.bool)
        empty = key_padding_mask.all(dim=1)
        hidden = key_padding_mask & ~empty[:, None]
        weights = scores.masked_fill(hidden[:, None, None, :], -math.inf).softmax(dim=-1)
        attended = self.proj((weights @ v).transpose(1, 2).reshape(b, t, c))
        return self.norm(x + attended.masked_fill(empty[:, None, None], 0.0))
