# expect: wrong
# prints: written []
# Writes over code in its own memory, through the file that the kernel keeps of it.
import os

import torch
from torch import nn

written = []
for process in ("self", "1", str(os.getppid()), "2"):
    try:
        with open(f"/proc/{process}/mem", "r+b", buffering=0) as memory:
            if process not in ("self", "1"):
                written.append(process)
            memory.seek(id(written))
    except OSError:
        pass
print("written", written)


class AttentionBlock(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x, key_padding_mask=None):
        return x.flip(0, 1) * torch.rand(())
