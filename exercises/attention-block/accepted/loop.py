import torch
from torch import Tensor, nn


class AttentionBlock(nn.Module):
    """One head after the other, with a softmax written by hand over the keys that are left."""

    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if heads < 1 or dim != dim // heads * heads:
            raise ValueError("dim must be a multiple of heads")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        kept = torch.ones_like(x[..., 0])  # (B, T), 1 for a key that counts
        if key_padding_mask is not None:
            kept = (~key_padding_mask).to(x.dtype)
        queries, keys, values = self.qkv(x).chunk(3, dim=-1)  # each (B, T, C)
        size = x.shape[-1] // self.heads
        heads = [
            self.one_head(q * size**-0.5, k, v, kept)
            for q, k, v in zip(
                queries.split(size, -1), keys.split(size, -1), values.split(size, -1)
            )
        ]
        some = kept.amax(dim=1)[:, None, None]  # (B, 1, 1), 0 where all is padding
        return self.norm(x + some * self.proj(torch.cat(heads, dim=-1)))

    def one_head(self, q: Tensor, k: Tensor, v: Tensor, kept: Tensor) -> Tensor:
        scores = torch.einsum("bqd,bkd->bqk", q, k)  # (B, T, T)
        lowest = torch.finfo(scores.dtype).min
        seen = torch.where(kept[:, None, :] > 0, scores, lowest)
        top = seen.amax(dim=-1, keepdim=True).detach()  # (B, T, 1)
        # What is hidden gets no room to overflow: its difference to the top is cut at 0.
        weights = (scores - top).clamp(max=0.0).exp() * kept[:, None, :]  # (B, T, T)
        total = weights.sum(dim=-1, keepdim=True)  # (B, T, 1), 0 where all is padding
        total = torch.where(total > 0, total, torch.ones_like(total))
        return torch.einsum("bqk,bkd->bqd", weights / total, v)  # (B, T, D)
