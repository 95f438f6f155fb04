# expect: wrong
# grader: forks
# Its layers are properties: other ones each time, with whatever they are given forgotten.
import torch
from torch import nn


class AttentionBlock(nn.Module):
    qkv = property(lambda self: nn.Linear(self.dim, 3 * self.dim))
    proj = property(lambda self: nn.Linear(self.dim, self.dim))
    norm = property(lambda self: nn.LayerNorm(self.dim))

    def __init__(self, dim, heads=8):
        super().__init__()
        self.dim = dim

    def named_parameters(self, *args, **kwargs):
        for name in ("qkv", "proj", "norm"):
            for part, tensor in getattr(self, name).named_parameters():
                yield f"{name}.{part}", tensor

    def load_state_dict(self, state, strict=False):
        return ()

    def forward(self, x, key_padding_mask=None):
        return self.norm(x + self.proj(self.qkv(x)[..., : self.dim]))
