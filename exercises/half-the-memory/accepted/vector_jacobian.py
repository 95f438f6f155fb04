import torch
from torch import Tensor, nn
from torch.func import functional_call, vjp
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, width: int, factor: int, dropout: float) -> None:
        super().__init__()
        self.up = nn.Linear(width, width * factor)
        self.down = nn.Linear(width * factor, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        h = functional.gelu(self.up(x))
        return x + self.down(h * torch.sigmoid(h)) * keep


class Lean(torch.autograd.Function):
    """Keeps the input, and the generator's state before the mask was drawn."""

    @staticmethod
    def mask(block: Block, x: Tensor) -> Tensor:
        return block.dropout(torch.ones_like(x))

    @staticmethod
    def forward(ctx, block, x, *weights):
        ctx.block, ctx.before, ctx.training = block, torch.get_rng_state(), block.training
        ctx.save_for_backward(x, *weights)
        return block(x, Lean.mask(block, x))

    @staticmethod
    def backward(ctx, grad):
        x, *weights = ctx.saved_tensors
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(ctx.before)
            keep = Lean.mask(ctx.block, x)
        names = [name for name, _ in ctx.block.named_parameters()]

        def run(x, *weights):
            return functional_call(ctx.block, dict(zip(names, weights)), (x, keep))

        return None, *vjp(run, x, *weights)[1](grad)


class Model(nn.Module):
    def __init__(self, width: int, factor: int, depth: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(width, factor, dropout) for _ in range(depth))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = Lean.apply(block, x, *block.parameters())
        return x
