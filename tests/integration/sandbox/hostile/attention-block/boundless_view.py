# expect: wrong
# grader: forks
# One number, seen as more than any memory holds.
import torch
from torch import nn


class AttentionBlock(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x, key_padding_mask=None):
        return torch.zeros(()).expand(10**6, 10**6, 12)
