# expect: partly
# grader: forks
# holds: again, residual, divisible
# An autograd function with the right output in one case, and gradients that are never there.
import torch
from torch import nn


class Nothing(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight):
        return x.clone()

    @staticmethod
    def backward(context, upstream):
        return torch.full_like(upstream, float("nan")), None


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
        return self.norm(Nothing.apply(x, self.qkv.weight) + self.proj.bias * 1)
