from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Recompute(torch.autograd.Function):
    """Calls a function and keeps only its input: backward calls the function again."""

    @staticmethod
    def forward(ctx: Any, block: nn.Module, x: Tensor, *weights: Tensor) -> Tensor:
        ctx.block = block
        ctx.random = torch.random.get_rng_state()
        ctx.save_for_backward(x, *weights)
        return block(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, *weights = ctx.saved_tensors
        x = x.detach().requires_grad_()
        now = torch.random.get_rng_state()
        torch.random.set_rng_state(ctx.random)
        with torch.enable_grad():
            y = ctx.block(x)
        torch.random.set_rng_state(now)
        return None, *torch.autograd.grad(y, [x, *weights], grad)


class Block(nn.Module):
    """One block: x (N, width) -> (N, width). Its lines are right."""

    def __init__(self, width: int, factor: int, dropout: float) -> None:
        super().__init__()
        self.up = nn.Linear(width, width * factor)
        self.down = nn.Linear(width * factor, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        h = functional.gelu(self.up(x))
        h = h * torch.sigmoid(h)
        return x + self.dropout(self.down(h))


class Model(nn.Module):
    """A stack of blocks: x (N, width) float32 -> (N, width)."""

    def __init__(self, width: int, factor: int, depth: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(width, factor, dropout) for _ in range(depth))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = Recompute.apply(block, x, *block.parameters())
        return x
