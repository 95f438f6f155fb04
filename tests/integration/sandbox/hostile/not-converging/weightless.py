# expect: wrong
# grader: forks
# A model on the device that holds shapes and no numbers.
import torch
from torch import nn


def build():
    with torch.device("meta"):
        return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3))


def train(batches, seed=0):
    return build()


def predict(model, x):
    return model(x.to("meta")).argmax(dim=1)
