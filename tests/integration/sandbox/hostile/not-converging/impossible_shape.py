# expect: partly
# grader: forks
# holds: scores, weights-move, step-size, fresh-gradients
# A tensor without a single element, and with more rows than anybody has the memory to list.
import torch
from torch import nn


def build():
    return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3))


def train(batches, seed=0):
    return build()


def predict(model, x):
    return [torch.empty(2**26, 0, dtype=torch.int64)]
