# mends: block - the block keeps the graph
"""A small residual network. It runs and its loss falls, but half of it never learns."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Standardize(nn.Module):
    """Brings each feature to mean 0 and deviation 1, by numbers that were measured before."""

    def __init__(self, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        self.mean = mean
        self.std = std

    def forward(self, x: Tensor) -> Tensor:
        """x (N, F) -> (x - mean) / std, (N, F)."""
        return (x - self.mean) / self.std


class Block(nn.Module):
    """What one layer adds."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, h: Tensor) -> Tensor:
        """h (N, W) -> tanh(linear(h)), (N, W)."""
        return torch.tanh(self.linear(h))


class Head(nn.Module):
    """The last layer; it begins with zeros."""

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, width))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, h: Tensor) -> Tensor:
        """h (N, W) -> h @ weight.T + bias, (N, O)."""
        return F.linear(h, self.weight.data, self.bias)


class Net(nn.Module):
    """Standardize, a first layer, `depth` blocks with a gain each, and a head."""

    def __init__(self, mean: Tensor, std: Tensor, width: int, depth: int, outputs: int) -> None:
        super().__init__()
        self.scale = Standardize(mean, std)
        self.entry = nn.Linear(len(mean), width)
        self.blocks = [Block(width) for _ in range(depth)]
        self.gain = torch.ones(depth, requires_grad=True)
        self.head = Head(width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, F) -> (N, O)."""
        h = torch.tanh(self.entry(self.scale(x)))
        for gain, block in zip(self.gain, self.blocks):
            h = h + gain * block(h)
        return self.head(h)
