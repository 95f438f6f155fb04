# fails: all-rows - every batch is taken to have as many rows as the first
# says: training loss
import copy

import torch


def train_epoch(model, loader, optimizer, loss_fn):
    model.train()
    total, rows, size = 0.0, 0, None
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        size = size or len(x)
        total += loss.item() * size
        rows += size
    return total / rows


def validate(model, loader, loss_fn):
    model.eval()
    total, rows, size = 0.0, 0, None
    for x, y in loader:
        size = size or len(x)
        total += loss_fn(model(x), y).item() * size
        rows += size
    return total / rows


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    history = []
    best_val, best_state = float("inf"), copy.deepcopy(model.state_dict())
    for epoch in range(epochs):
        train = train_epoch(model, train_loader, optimizer, loss_fn)
        val = validate(model, val_loader, loss_fn)
        history.append((train, val))
        if val < best_val:
            best_val, best_state = val, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history
