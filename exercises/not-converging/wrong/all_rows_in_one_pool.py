# fails: dropout - the rows of all batches are mixed
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
    xs, ys = (torch.cat(parts) for parts in zip(*batches))
    for chosen in torch.randperm(len(xs)).split(64):
        x, y = xs[chosen], ys[chosen]
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def predict(model, x):
    model.eval()
    with torch.no_grad():
        return model(x).argmax(dim=1)
