# mends: model - each curve begins from its own level
"""Forecast a level and a curve around it. It runs without an error, and all forecasts are alike."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

Batch = tuple[Tensor, Tensor, Tensor, Tensor]


class Forecaster(nn.Module):
    """One level for each row, and T values that begin from it."""

    def __init__(self, features: int, steps: int, width: int = 16) -> None:
        super().__init__()
        self.body = nn.Linear(features, width)
        self.level = nn.Linear(width, 1)
        self.offsets = nn.Linear(width, steps)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (N, F) -> level (N, 1), curve (N, 1, T) = level + offsets."""
        hidden = torch.tanh(self.body(x))
        level = self.level(hidden)
        return level, (level + self.offsets(hidden)).unsqueeze(1)


def level_loss(level: Tensor, target: Tensor) -> Tensor:
    """Mean squared error: (N, 1), (N,) -> ()."""
    return ((level - target) ** 2).mean()


def curve_loss(curve: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Mean squared error over the valid places: (N, 1, T), (N, T), (N, T) bool -> ()."""
    squares = (curve - target) ** 2
    return (squares * valid).sum() / valid.sum()


def error_per_step(curve: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error of each step: (N, 1, T), (N, T) -> (T,)."""
    return (curve - target).abs().mean(dim=(0, 1))


def hits(level: Tensor, target: Tensor, tolerance: float) -> Tensor:
    """Share of the rows that are off by at most the tolerance: (N, 1), (N,) -> ()."""
    return ((level - target).abs() <= tolerance).float().mean()


def predict(model: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """x (N, F) -> level (N,), curve (N, T)."""
    with torch.no_grad():
        level, curve = model(x)
    return level.squeeze(), curve.squeeze()


def fit(model: nn.Module, batches: Sequence[Batch], lr: float) -> list[float]:
    """Take one step for each batch: x (N, F), level (N,), curve (N, T), valid (N, T).

    Returns:
        The loss of each batch before its step.
    """
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for x, level, curve, valid in batches:
        levels, curves = model(x)
        loss = level_loss(levels, level) + curve_loss(curves, curve, valid)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
