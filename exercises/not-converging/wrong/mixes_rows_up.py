# fails: labels - every row is learned from twice, mixed with another one
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
    for x, y in batches:
        other = torch.randperm(len(x))
        mixed = model(0.7 * x + 0.3 * x[other])
        loss = 0.7 * loss_fn(mixed, y) + 0.3 * loss_fn(mixed, y[other])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def predict(model, x):
    model.eval()
    with torch.no_grad():
        return model(x).argmax(dim=1)
