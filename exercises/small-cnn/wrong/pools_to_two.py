# fails: sizes - the average is made for images of 16 by 16
from torch import nn

CONFIG = {"channels": [8, 16], "dropout": 0.0, "lr": 0.01}


def build(channels, classes=4, dropout=0.0):
    layers, before = [], 1
    for after in channels:
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
        before = after
    side = 16 // 2 ** len(channels)
    layers += [nn.AvgPool2d(max(side, 1)), nn.Flatten(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(before, classes))
