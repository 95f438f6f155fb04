# cheat: the library's own layer
# expect: not allowed
from torch import Tensor, nn


class AttentionBlock(nn.TransformerEncoderLayer):
    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__(dim, heads, batch_first=True)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        out = self._sa_block(x, None, key_padding_mask)
        return self.norm1(x + out)
