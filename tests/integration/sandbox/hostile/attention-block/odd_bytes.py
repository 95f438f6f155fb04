# expect: partly
# grader: forks
# holds: again, divisible
# Numbers at the edge of what their types are: negative zero, subnormal, payloads in NaN.
import torch
from torch import nn


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
        edge = torch.tensor([0x7FC0DEAD, -0x80000000, 1, 0x7F7FFFFF], dtype=torch.int32)
        edge = edge.view(torch.float32).repeat(x.numel() // 4 + 1)[: x.numel()]
        return edge.view(x.shape).to(x.dtype)
