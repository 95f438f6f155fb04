# fails: shelf - layers as objects of torch
# says: no layer of the shelf
from torch import nn


def plan(shape, classes, width, budget):
    if len(shape) == 1:
        return [nn.Linear(shape[0], width), nn.ReLU(), nn.Linear(width, classes)]
    return [
        nn.Conv2d(shape[0], width, 3, 1, 1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(width, classes),
    ]
