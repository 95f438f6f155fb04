import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self, features, steps, width=16):
        super().__init__()
        self.body = nn.Linear(features, width)
        self.level = nn.Linear(width, 1)
        self.offsets = nn.Linear(width, steps)

    def forward(self, x):
        hidden = torch.tanh(self.body(x))
        level = self.level(hidden)  # (N, 1)
        curve = level + self.offsets(hidden)  # (N, T)
        return level, curve[:, None]  # (N, 1), (N, 1, T)


def level_loss(level, target):
    return ((level[:, 0] - target) ** 2).mean()


def curve_loss(curve, target, valid):
    squares = (curve[:, 0] - target) ** 2  # (N, T)
    return squares[valid].mean()


def error_per_step(curve, target):
    return (curve[:, 0] - target).abs().mean(dim=0)  # (T,)


def hits(level, target, tolerance):
    return ((level[:, 0] - target).abs() <= tolerance).float().mean()


def predict(model, x):
    with torch.no_grad():
        level, curve = model(x)
    return level[:, 0], curve[:, 0]


def fit(model, batches, lr):
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
