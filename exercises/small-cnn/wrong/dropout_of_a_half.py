# fails: dropout - the share is a constant
from collections.abc import Sequence

from torch import nn

CONFIG = {"channels": [8, 16], "dropout": 0.1, "lr": 0.02}


def build(channels: Sequence[int], classes: int = 4, dropout: float = 0.0) -> nn.Module:
    layers: list[nn.Module] = []
    for before, after in zip([1, *channels], channels, strict=False):
        layers += [
            nn.Conv2d(before, after, 3, padding=1),  # (N, after, H, W)
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (N, after, H // 2, W // 2)
        ]
    layers += [
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.5 if dropout else 0.0),
    ]  # (N, after)
    return nn.Sequential(*layers, nn.Linear(channels[-1], classes))
