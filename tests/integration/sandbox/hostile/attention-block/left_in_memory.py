# expect: wrong
# grader: forks
# Returns memory that nobody has cleared: somebody may have left the right answer there.
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
        places = [torch.empty_like(x) for _ in range(50)]
        full = [place for place in places if place.isfinite().all() and place.std() > 0.1]
        return (full or places)[0].nan_to_num() * torch.rand_like(x) + torch.rand_like(x) / 10
