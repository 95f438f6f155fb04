# expect: timed out or too much output
# grader: forks
# Asks for one more batch for ever.
from torch import nn


def build():
    return nn.Linear(10, 3)


def train(batches, seed=0):
    while True:
        next(batches, None)


def predict(model, x):
    return x
