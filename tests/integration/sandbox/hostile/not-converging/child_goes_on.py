# expect: wrong
# A child answers from now on; the process that was asked only waits.
import os

import torch
from torch import nn


def build():
    return nn.Linear(10, 3)


def train(batches, seed=0):
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    return build()


def predict(model, x):
    return torch.zeros(len(x))
