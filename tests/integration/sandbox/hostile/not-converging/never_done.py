# expect: partly
# grader: forks
# holds: steady-prediction, weights-move
# perhaps: scores, fresh-gradients
# A thread goes on training after the answer, and while the weights are read.
import threading

import torch
from torch import nn


def go_on(model):
    while True:
        for parameter in model.parameters():
            parameter.data.add_(torch.randn_like(parameter))


def build():
    return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3))


def train(batches, seed=0):
    model = build()
    threading.Thread(target=go_on, args=(model,), daemon=True).start()
    return model


def predict(model, x):
    return model.eval()(x).argmax(dim=1)
