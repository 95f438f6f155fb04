# expect: partly
# grader: forks
# holds: scores, weights-move, step-size, fresh-gradients
# As many small numbers as an answer may hold, where one would do: somebody has to print them.
import torch
from torch import nn


def build():
    return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3))


def train(batches, seed=0):
    return build()


def predict(model, x):
    return [torch.rand(2**21 - 100)]
