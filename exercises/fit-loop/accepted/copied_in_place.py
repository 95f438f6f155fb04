# Keeps copies of parameters and buffers, and writes them back in place.
import itertools

import torch


def tensors(model):
    return list(itertools.chain(model.parameters(), model.buffers()))


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    history = []
    lowest, kept = None, []
    while len(history) < epochs:
        model.train()
        seen = torch.zeros(2, dtype=torch.float64)
        for x, y in train_loader:
            for p in model.parameters():
                p.grad = None
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            seen += torch.tensor([loss.item() * len(x), len(x)], dtype=torch.float64)
        train = (seen[0] / seen[1]).item()
        with torch.no_grad():
            model.eval()
            seen = torch.zeros(2, dtype=torch.float64)
            for x, y in val_loader:
                seen += torch.tensor([loss_fn(model(x), y) * len(x), len(x)], dtype=torch.float64)
            val = (seen[0] / seen[1]).item()
        history.append((train, val))
        if lowest is None or val < lowest:
            lowest, kept = val, [t.detach().clone() for t in tensors(model)]
    with torch.no_grad():
        for now, then in zip(tensors(model), kept):
            now.copy_(then)
    return history
