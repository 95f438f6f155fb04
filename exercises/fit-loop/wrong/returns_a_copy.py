# fails: best - the best model is a copy, bound to the function's own name
import copy

import torch


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    history, best = [], None
    for _ in range(epochs):
        model.train()
        total = rows = 0
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total, rows = total + loss.item() * len(x), rows + len(x)
        train = total / rows
        model.eval()
        total = rows = 0
        with torch.no_grad():
            for x, y in val_loader:
                total, rows = total + loss_fn(model(x), y).item() * len(x), rows + len(x)
        history.append((train, total / rows))
        if best is None or total / rows < best[0]:
            best = total / rows, copy.deepcopy(model)
    if best is not None:
        model = best[1]
    return history
