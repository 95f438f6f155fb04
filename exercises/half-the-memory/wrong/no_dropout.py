# fails: outputs - the dropout is taken out, so that no mask can be wrong
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint


class Block(nn.Module):
    def __init__(self, width: int, factor: int, dropout: float) -> None:
        super().__init__()
        self.up = nn.Linear(width, width * factor)
        self.down = nn.Linear(width * factor, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        h = functional.gelu(self.up(x))  # (N, width * factor)
        h = h * torch.sigmoid(h)
        return x + self.down(h)  # (N, width)


class Model(nn.Module):
    def __init__(self, width: int, factor: int, depth: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(width, factor, dropout) for _ in range(depth))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False)
        return x
