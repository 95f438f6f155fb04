# fails: labels - each batch is paired with the labels of the one before
import torch
from torch import nn


def build():
    return nn.Sequential(
        nn.Linear(10, 64),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(64, 3),
    )


def train(batches, seed=0):
    torch.manual_seed(seed)
    model = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    model.train()
    previous = None
    for x, y in batches:
        loss = loss_fn(model(x), y if previous is None else previous)
        previous = y
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def predict(model, x):
    model.eval()
    with torch.no_grad():
        return model(x).argmax(dim=1)
