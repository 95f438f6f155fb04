import torch
from torch import Tensor, nn


def stable_softmax(s: Tensor, ignore: Tensor | None) -> Tensor:
    """Softmax over the last dim; rows in which all is ignored are all 0."""
    if ignore is None:
        e = (s - s.amax(-1, keepdim=True)).exp()
        return e / e.sum(-1, keepdim=True)
    s = s.masked_fill(ignore, torch.finfo(s.dtype).min)
    e = (s - s.amax(-1, keepdim=True).detach()).exp().masked_fill(ignore, 0)
    total = e.sum(-1, keepdim=True)
    return e / total.masked_fill(total == 0, 1)


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if dim % heads != 0:
            raise ValueError("`heads` must divide `dim`")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        B, T, C = x.shape
        D = C // self.heads
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, D).unbind(2)
        s = torch.einsum("bihd,bjhd->bhij", q, k) / D**0.5
        ignore = (
            None if key_padding_mask is None else key_padding_mask[:, None, None, :].expand_as(s)
        )
        w = stable_softmax(s, ignore)
        heads = torch.einsum("bhij,bjhd->bihd", w, v).reshape(B, T, C)
        update = torch.nn.functional.linear(heads, self.proj.weight)
        bias = self.proj.bias
        if key_padding_mask is not None:
            bias = bias * (~key_padding_mask).any(dim=1)[:, None, None].to(bias.dtype)
        return self.norm(x + update + bias)
