# Gives the model back in the mode it came in; float32 sums.
import copy
import math

import torch


def evaluate(model, loader, loss_fn):
    was_training = model.training
    model.eval()
    total, n = torch.zeros(()), 0
    for x, y in loader:
        with torch.no_grad():
            total += loss_fn(model(x), y) * len(x)
        n += len(x)
    model.train(was_training)
    return (total / n).item()


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    mode = model.training
    best, history = (math.inf, copy.deepcopy(model.state_dict())), []
    for _ in range(epochs):
        model.train()
        total, n = torch.zeros(()), 0
        for x, y in train_loader:
            loss = loss_fn(model(x), y)
            loss_value = loss.detach()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss_value * len(x)
            n += len(x)
        history += [((total / n).item(), evaluate(model, val_loader, loss_fn))]
        best = min(best, (history[-1][1], copy.deepcopy(model.state_dict())), key=lambda b: b[0])
    model.load_state_dict(best[1])
    model.train(mode)
    return history
