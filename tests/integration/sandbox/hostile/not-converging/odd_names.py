# expect: wrong
# grader: forks
# Parameters under names that no dictionary of a model has.
import torch
from torch import nn

NAMES = [None, float("nan"), ("0.weight", ("3.bias",)), True, 10**30, "\ud800\0", "0.weight" * 5000]


class Odd(nn.Module):
    def named_parameters(self, *args, **kwargs):
        return [(name, torch.zeros(64, 10)) for name in NAMES]

    def load_state_dict(self, state):
        pass

    def forward(self, x):
        return dict(self.named_parameters())


build = Odd


def train(batches, seed=0):
    return Odd()


def predict(model, x):
    return {name: name for name in NAMES}
