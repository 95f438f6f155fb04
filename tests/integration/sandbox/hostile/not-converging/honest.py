# expect: solved
# Not a cheat: what the others are measured against. It changes every global it can find.
import random

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)
torch.set_grad_enabled(False)
random.seed(0)


def build():
    layers = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3))
    return layers.float()


def train(batches, seed=0):
    torch.manual_seed(seed)
    model = build().train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for x, y in batches:
        optimizer.zero_grad()
        with torch.enable_grad():
            nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    return model


def predict(model, x):
    return model.eval()(x).argmax(dim=1)
