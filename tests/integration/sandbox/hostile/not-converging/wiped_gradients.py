# expect: partly
# grader: forks
# holds: scores, steady-prediction, reproducible, weights-move, step-size, labels, dropout
# Leaves all gradients in, and wipes the trace of it before anybody looks.
import torch
from torch import nn


def build():
    return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3))


def train(batches, seed=0):
    torch.manual_seed(seed)
    model = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for x, y in batches:
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    return model


def predict(model, x):
    return model.eval()(x).argmax(dim=1)
