# expect: partly
# grader: forks
# holds: weights-move, fresh-gradients
# Weights that are other ones whenever somebody looks.
import torch
from torch import nn


class Restless(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    weights = property(lambda self: torch.randn(64, 10) * 1e3)

    def named_parameters(self, *args, **kwargs):
        yield "0.weight", self.weights
        yield "0.bias", torch.randn(64)
        yield "3.weight", self.weights[:3].repeat(1, 7)[:, :64]
        yield "3.bias", torch.randn(3) if torch.rand(()) < 2 else None

    def load_state_dict(self, state):
        pass

    def forward(self, x):
        return x @ self.weights[:3].T


build = Restless


def train(batches, seed=0):
    return Restless()


def predict(model, x):
    return model(x).argmax(dim=1)
