import torch
from torch import Tensor, nn
from torch.nn.functional import pad


def lengths_of(mask: Tensor) -> list[int]:
    return (~mask).sum(dim=1).tolist()


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        if dim % heads != 0:
            raise ValueError(f"{dim} % {heads} != 0")
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def one(self, x: Tensor, keep: Tensor) -> Tensor:
        """x (T, C), keep (T,): what is added to x."""
        if not keep.any():
            return torch.zeros_like(x)
        T, C = x.shape
        q, k, v = self.qkv(x).view(T, 3, self.heads, -1).permute(1, 2, 0, 3)
        k, v = k[:, keep], v[:, keep]
        w = (q @ k.mT * (C / self.heads) ** -0.5).softmax(-1)
        return self.proj((w @ v).transpose(0, 1).reshape(T, C))

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        if key_padding_mask is None:
            key_padding_mask = torch.zeros_like(x[..., 0], dtype=torch.bool)
        return self.norm(
            torch.stack([x_b + self.one(x_b, ~m_b) for x_b, m_b in zip(x, key_padding_mask)])
        )
