# fails: layers - there are always two blocks
from torch import nn

CONFIG = {"channels": [8, 16], "dropout": 0.0, "lr": 0.01}


def build(channels, classes=4, dropout=0.0):
    first, second = channels
    return nn.Sequential(
        nn.Conv2d(1, first, 3, padding=1),
        nn.BatchNorm2d(first),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, 3, padding=1),
        nn.BatchNorm2d(second),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(dropout),
        nn.Linear(second, classes),
    )
