# fails: loaders - the batches of the first epoch are kept for all
import copy

import torch


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    history, best = [], None
    train_loader, val_loader = list(train_loader), list(val_loader)
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
            best = total / rows, copy.deepcopy(model.state_dict())
    if best is not None:
        model.load_state_dict(best[1])
    return history
