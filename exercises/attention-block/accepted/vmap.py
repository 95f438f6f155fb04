import torch
from torch import Tensor, nn
from torch.func import vmap


def one_head(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    """(T, D) each, bias (T,)."""
    return torch.softmax(q @ k.T * q.shape[-1] ** -0.5 + bias, dim=-1) @ v


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if dim % heads != 0:
            raise ValueError("no")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        b, t, c = x.shape
        if key_padding_mask is None:
            key_padding_mask = x.new_zeros((b, t), dtype=torch.bool)
        alive = ~key_padding_mask.all(dim=1)
        bias = torch.zeros(b, t, dtype=x.dtype, device=x.device)
        bias = bias.masked_fill(key_padding_mask & alive[:, None], -torch.inf)
        q, k, v = (
            z.reshape(b, t, self.heads, -1).transpose(1, 2) for z in self.qkv(x).chunk(3, -1)
        )
        per_head = vmap(one_head, in_dims=(0, 0, 0, None))
        y = vmap(per_head)(q, k, v, bias)
        y = self.proj(y.transpose(1, 2).reshape(b, t, c))
        return self.norm(x + y * alive[:, None, None])
