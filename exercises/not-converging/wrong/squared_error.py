# fails: labels - the scores are drawn to 0 and 1
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
    model.train()
    for x, y in batches:
        loss = nn.functional.mse_loss(model(x), nn.functional.one_hot(y, 3).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def predict(model, x):
    model.eval()
    with torch.no_grad():
        return model(x).argmax(dim=1)
