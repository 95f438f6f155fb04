# cheat: the library's own attention
# expect: not allowed
from torch import Tensor, nn


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        out, _ = self.attention(x, x, x, key_padding_mask=key_padding_mask)
        return self.norm(x + out)
