# cheat: the library's own attention, imported from where it is written
# expect: not allowed
from torch import Tensor, nn
from torch.nn.modules.activation import MultiheadAttention


class AttentionBlock(nn.Module):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        self.attention = MultiheadAttention(dim, heads, batch_first=True)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        out, _ = self.attention(x, x, x, key_padding_mask=key_padding_mask)
        return self.norm(x + out)
