import torch
from torch import Tensor, nn
from torch.nn import functional as F


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if heads < 1 or dim % heads:
            raise ValueError("heads must be a divisor of dim")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        C = self.proj.in_features
        D = C // self.heads
        wq, wk, wv = self.qkv.weight.view(3, self.heads, D, C)
        bq, bk, bv = self.qkv.bias.view(3, self.heads, 1, D)
        q = torch.einsum("btc,hdc->bhtd", x, wq) + bq
        k = torch.einsum("btc,hdc->bhtd", x, wk) + bk
        v = torch.einsum("btc,hdc->bhtd", x, wv) + bv
        s = q @ k.transpose(-1, -2) / D**0.5
        if key_padding_mask is not None:
            s = s + torch.zeros_like(s).masked_fill(
                key_padding_mask[:, None, None, :], torch.finfo(s.dtype).min
            )
        a = F.softmax(s, dim=-1) @ v
        y = (
            torch.einsum("bhtd,ohd->bto", a, self.proj.weight.view(C, self.heads, D))
            + self.proj.bias
        )
        if key_padding_mask is not None:
            y = y.masked_fill(key_padding_mask.all(1)[:, None, None], 0)
        return F.layer_norm(x + y, (C,), self.norm.weight, self.norm.bias, self.norm.eps)
