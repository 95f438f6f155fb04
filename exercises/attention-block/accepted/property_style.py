import torch
from torch import Tensor, nn


class AttentionBlock(nn.Module):
    """Block of attention.

    >>> AttentionBlock(6, 4)
    Traceback (most recent call last):
    ValueError: heads must divide dim
    """

    def __init__(self, dim, heads=8):
        if dim % heads != 0:
            raise ValueError("heads must divide dim")
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    @property
    def dim(self):
        return self.proj.out_features

    @property
    def head_dim(self):
        return self.dim // self.heads

    def weights(self, q, k, ignore):
        scores = torch.einsum("nqhd,nkhd->nhqk", q, k) * (1.0 / self.head_dim) ** 0.5
        if ignore is None:
            return scores.softmax(dim=-1)
        scores = scores.masked_fill(ignore[:, None, None, :], float("-inf"))
        return scores.softmax(dim=-1)

    def forward(self, x, key_padding_mask=None):
        N, L, _ = x.shape
        ignore, dead = None, torch.zeros(N, dtype=torch.bool, device=x.device)
        if key_padding_mask is not None:
            dead = key_padding_mask.all(dim=1)
            ignore = key_padding_mask ^ (key_padding_mask & dead[:, None])
        q, k, v = torch.stack(self.qkv(x).split(self.dim, -1)).view(
            3, N, L, self.heads, self.head_dim
        )
        heads = torch.einsum("nhqk,nkhd->nqhd", self.weights(q, k, ignore), v).reshape(
            N, L, self.dim
        )
        mixed = self.proj(heads)
        mixed = mixed * (~dead).type_as(mixed).reshape(-1, 1, 1)
        return self.norm(mixed + x)
