import torch
from torch import Tensor, nn


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if dim % heads != 0:
            raise ValueError(f"dim ({dim}) has to be a multiple of heads ({heads})")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def _split(self, t: Tensor) -> Tensor:
        b, n, c = t.shape
        return (
            t.reshape(b, n, self.heads, c // self.heads)
            .permute(0, 2, 1, 3)
            .reshape(b * self.heads, n, c // self.heads)
        )

    def _merge(self, t: Tensor) -> Tensor:
        bh, n, d = t.shape
        return (
            t.reshape(bh // self.heads, self.heads, n, d)
            .permute(0, 2, 1, 3)
            .reshape(-1, n, self.heads * d)
        )

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        dim = x.size(-1)
        qkv = self.qkv(x)
        q, k, v = (
            self._split(qkv[..., :dim]),
            self._split(qkv[..., dim : 2 * dim]),
            self._split(qkv[..., 2 * dim :]),
        )
        logits = torch.bmm(q, k.transpose(1, 2)) / (q.size(-1) ** 0.5)
        if key_padding_mask is not None:
            m = key_padding_mask.repeat_interleave(self.heads, dim=0).unsqueeze(1)
            logits = logits.masked_fill(m, -1e9)
        weights = torch.softmax(logits, dim=-1)
        out = self.proj(self._merge(torch.bmm(weights, v)))
        if key_padding_mask is not None:
            gate = (~key_padding_mask.all(dim=1)).to(out.dtype)[:, None, None]
            out = out * gate
        return self.norm(x + out)
