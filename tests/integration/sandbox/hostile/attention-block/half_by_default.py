# expect: wrong
# grader: forks
# Sixteen bits for every number that does not say otherwise.
import math

import torch
from torch import nn

torch.set_default_dtype(torch.float16)


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
        scale = torch.tensor(math.sqrt(x.shape[-1] // self.heads))
        q, k, v = self.qkv(x.to(scale.dtype)).chunk(3, dim=-1)
        return self.norm(x.to(q.dtype) + self.proj((q @ k.mT / scale).softmax(-1) @ v))
