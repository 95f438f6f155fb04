from collections import OrderedDict

from torch import nn

CONFIG = dict(channels=[10, 20], dropout=0, lr=5e-3)


def build(channels, classes=4, dropout=0.0):
    parts = OrderedDict()
    size = 1
    for number, count in enumerate(channels):
        parts[f"conv{number}"] = nn.Conv2d(size, count, 3, 1, 1)
        parts[f"bn{number}"] = nn.BatchNorm2d(count)
        parts[f"relu{number}"] = nn.ReLU(inplace=True)
        parts[f"pool{number}"] = nn.MaxPool2d(2, 2)
        size = count
    parts["average"] = nn.AdaptiveAvgPool2d((1, 1))
    parts["flat"] = nn.Flatten(1)
    parts["drop"] = nn.Dropout(dropout)
    parts["fc"] = nn.Linear(size, classes)
    return nn.Sequential(parts)
