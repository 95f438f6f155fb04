# expect: timed out
# grader: forks
# Listing the parameters never ends.
import itertools

import torch
from torch import nn


class Bottomless(nn.Sequential):
    def load_state_dict(self, state):
        pass

    def named_parameters(self, *args, **kwargs):
        return itertools.repeat(("0.weight", torch.zeros(64, 10)))


def build():
    return Bottomless(nn.Linear(10, 3))


def train(batches, seed=0):
    return build()


def predict(model, x):
    return model(x)
