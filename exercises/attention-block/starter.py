import torch
from torch import Tensor, nn


class AttentionBlock(nn.Module):
    """Self-attention over time, a residual connection, then layer normalisation.

    Args:
        dim: Number of channels C.
        heads: Number of heads; must divide `dim`.

    Raises:
        ValueError: `heads` does not divide `dim`.
    """

    def __init__(self, dim: int, heads: int = 8) -> None:
        super().__init__()
        self.heads = heads
        # These three, by these names, are all the parameters there are.
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, key_padding_mask: Tensor | None = None) -> Tensor:
        """Attend within each sample.

        Args:
            x: Shape (B, T, C), floating point.
            key_padding_mask: Shape (B, T), bool; True marks padding. None: there is no padding.

        Returns:
            Shape (B, T, C), dtype of `x`.
        """
        raise NotImplementedError
