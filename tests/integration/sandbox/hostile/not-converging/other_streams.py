# expect: crashed
# grader: forks
# prints: pulled []
# Pulls at streams that nobody gave it: the judge may be holding others.
import torch
from torch import nn


def build():
    return nn.Linear(10, 3)


def train(batches, seed=0):
    pulled = []
    for number in [*range(-2, 40), 2**40]:
        if number != batches.number:
            try:
                pulled.append(batches.solver.pull(number))
            except StopIteration:
                pass
    print("pulled", pulled)
    return build()


def predict(model, x):
    return torch.zeros(len(x))
