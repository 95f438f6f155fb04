# expect: wrong
# grader: forks
# From now on everything that is made has shapes and no numbers.
import torch
from torch import nn

torch.set_default_device("meta")


class AttentionBlock(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x, key_padding_mask=None):
        return self.norm(x.to("meta"))
