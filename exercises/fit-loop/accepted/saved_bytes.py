import io

import torch


class Average:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def add(self, value, rows):
        self.sum += value * rows
        self.count += rows

    @property
    def value(self):
        return self.sum / self.count


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    history = []
    checkpoint = None
    for epoch in range(epochs):
        train, val = Average(), Average()
        model.train()
        for x, y in train_loader:
            optimizer.zero_grad(set_to_none=False)
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            train.add(loss.item(), x.size(0))
        model.eval()
        with torch.no_grad():
            for x, y in val_loader:
                val.add(loss_fn(model(x), y).item(), x.size(0))
        if all(val.value < old for _, old in history):
            checkpoint = io.BytesIO()
            torch.save(model.state_dict(), checkpoint)
        history.append((train.value, val.value))
    if checkpoint:
        checkpoint.seek(0)
        model.load_state_dict(torch.load(checkpoint))
    return history
