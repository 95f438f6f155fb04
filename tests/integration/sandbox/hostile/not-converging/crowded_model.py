# expect: crashed
# grader: forks
# A model of more parameters than an answer can hold.
import torch
from torch import nn


class Crowd(nn.Module):
    def __init__(self):
        super().__init__()
        self.crowd = nn.ParameterList(torch.zeros(1) for _ in range(5000))

    def load_state_dict(self, state):
        pass

    def forward(self, x):
        return list(self.crowd)


build = Crowd


def train(batches, seed=0):
    return build()


def predict(model, x):
    return tuple(model(x))
