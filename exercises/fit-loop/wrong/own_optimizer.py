# fails: arguments - the optimizer is made anew, as SGD
import copy

import torch


def train_epoch(model, loader, optimizer, loss_fn):
    model.train()
    total, rows = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        rows += len(x)
    return total / rows


def validate(model, loader, loss_fn):
    model.eval()
    total, rows = 0.0, 0
    for x, y in loader:
        total += loss_fn(model(x), y).item() * len(x)
        rows += len(x)
    return total / rows


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    history = []
    group = optimizer.param_groups[0]
    optimizer = torch.optim.SGD(
        model.parameters(), lr=group["lr"], momentum=group.get("momentum", 0.0)
    )
    best_val, best_state = float("inf"), copy.deepcopy(model.state_dict())
    for epoch in range(epochs):
        train = train_epoch(model, train_loader, optimizer, loss_fn)
        val = validate(model, val_loader, loss_fn)
        history.append((train, val))
        if val < best_val:
            best_val, best_state = val, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return history
