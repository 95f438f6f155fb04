# expect: crashed or wrong or partly
# From here on two processes answer every request.
import os

from torch import nn


def build():
    return nn.Linear(10, 3)


def train(batches, seed=0):
    os.fork()
    return build()


def predict(model, x):
    return x
