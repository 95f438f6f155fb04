# expect: wrong
# grader: forks
# holds: again
# A hook on loading exchanges the weights for such that attention does nothing.
import torch
from torch import nn


def emptied(state, *args):
    for name in list(state):
        state[name] = torch.ones_like(state[name]) if "norm" in name else state[name] * 0


class AttentionBlock(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)
        self._register_load_state_dict_pre_hook(emptied)

    def forward(self, x, key_padding_mask=None):
        return self.norm(x + self.proj(self.qkv(x)[..., : x.shape[-1]]))
