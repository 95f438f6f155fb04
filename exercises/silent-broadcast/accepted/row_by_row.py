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
    return sum((a[0] - b) ** 2 for a, b in zip(level, target)) / len(target)


def curve_loss(curve, target, valid):
    parts = [((a[0] - b) ** 2)[keep] for a, b, keep in zip(curve, target, valid)]
    return torch.cat(parts).mean()


def error_per_step(curve, target):
    return torch.stack(
        [(curve[:, 0, t] - target[:, t]).abs().mean() for t in range(target.shape[1])]
    )


def hits(level, target, tolerance):
    return torch.tensor(
        sum(abs(float(a - b)) <= tolerance for a, b in zip(level[:, 0], target)) / len(target)
    )


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
