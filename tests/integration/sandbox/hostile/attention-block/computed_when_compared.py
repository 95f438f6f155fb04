# expect: wrong
# grader: forks
# A tensor that is nothing yet: its values are made when somebody takes them up.
import torch
from torch import nn


class Later(torch.Tensor):
    @staticmethod
    def __new__(cls, x):
        return torch.Tensor._make_wrapper_subclass(cls, x.shape, dtype=x.dtype)

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        real = [torch.zeros(arg.shape) if isinstance(arg, Later) else arg for arg in args]
        return function(*real, **(kwargs or {}))


class AttentionBlock(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x, key_padding_mask=None):
        return Later(x)
