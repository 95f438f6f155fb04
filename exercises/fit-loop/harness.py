"""What the checks hand to `fit`: small models, optimizers, losses and loaders."""

import torch
from torch import nn
from torch.nn import functional


class Net(nn.Sequential):
    """Linear, batch norm, tanh, linear; notes whether each call was made with gradients."""

    def __init__(self, inputs, hidden, outputs, momentum, state):
        layers = [nn.Linear(inputs, hidden), nn.BatchNorm1d(hidden, momentum=momentum)]
        super().__init__(*layers, nn.Tanh(), nn.Linear(hidden, outputs))
        self.double().load_state_dict(state)
        self.graphs = []

    def forward(self, x):
        self.graphs.append(torch.is_grad_enabled())
        return super().forward(x)


class Loader:
    """An iterable without a length, with other batches in each epoch."""

    def __init__(self, epochs):
        self.epochs = iter(epochs)

    def __iter__(self):
        return iter(next(self.epochs))


def optimizer(model, name, options):
    return getattr(torch.optim, name)(model.parameters(), **options)


def loss(name):
    return getattr(functional, name)


def leave_gradients(model, x):
    """Gradients from elsewhere; the buffers stay."""
    model.eval()(x).square().sum().backward()
    model.graphs.clear()
