# expect: wrong
# grader: forks
# holds: again
# Every block is the same object: whatever is loaded into one is loaded into all.
import torch
from torch import nn


class AttentionBlock(nn.Module):
    only = None

    def __new__(cls, dim, heads=8):
        if cls.only is None:
            cls.only = super().__new__(cls)
        return cls.only

    def __init__(self, dim, heads=8):
        if not hasattr(self, "qkv"):
            super().__init__()
            self.qkv, self.proj, self.norm = nn.Linear(12, 36), nn.Linear(12, 12), nn.LayerNorm(12)
        self.state = {}

    def load_state_dict(self, state):
        self.state.update(state)

    def forward(self, x, key_padding_mask=None):
        return self.norm(self.proj(self.qkv(x)[..., :12])) if x.shape[-1] == 12 else x
