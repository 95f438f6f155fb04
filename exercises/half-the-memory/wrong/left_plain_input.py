# fails: plain-input - an input that asks for no gradient leaves the weights without
# says: does not require grad
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Recompute(torch.autograd.Function):
    """Calls a function and keeps only its input: backward calls the function again."""

    @staticmethod
    def forward(ctx: Any, function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        ctx.function = function
        ctx.state = torch.get_rng_state()
        ctx.save_for_backward(x)
        return function(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[None, Tensor | None]:
        (x,) = ctx.saved_tensors
        x = x.detach().requires_grad_()
        with torch.random.fork_rng(), torch.enable_grad():
            torch.set_rng_state(ctx.state)
            y = ctx.function(x)
        torch.autograd.backward(y, grad)
        return None, x.grad


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
            x = Recompute.apply(block, x)
        return x
