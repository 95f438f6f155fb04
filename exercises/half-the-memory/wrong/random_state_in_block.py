# fails: whole - keeps the random state in the block, where the next forward overwrites it
"""A deep model that needs little memory: backward computes each block again."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Recompute(torch.autograd.Function):
    """Calls a block and keeps only its input: backward calls the block again."""

    @staticmethod
    def forward(ctx: Any, block: nn.Module, x: Tensor, *weights: Tensor) -> Tensor:
        ctx.block = block
        ctx.weights = weights  # the parameters themselves, for backward to see what they are then
        ctx.training = block.training
        block.rng = torch.get_rng_state()
        ctx.save_for_backward(x)
        return block(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        (x,) = ctx.saved_tensors
        x = x.detach().requires_grad_(ctx.needs_input_grad[1])
        was_training = ctx.block.training
        ctx.block.train(ctx.training)
        try:
            with torch.random.fork_rng(devices=[]), torch.enable_grad():
                torch.set_rng_state(ctx.block.rng)
                y = ctx.block(x)
        finally:
            ctx.block.train(was_training)
        inputs = (x, *ctx.weights)
        wanted = [i for i, t in enumerate(inputs) if t.requires_grad]
        grads: list[Tensor | None] = [None] * len(inputs)
        for i, g in zip(wanted, torch.autograd.grad(y, [inputs[i] for i in wanted], grad)):
            grads[i] = g
        return None, *grads


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
