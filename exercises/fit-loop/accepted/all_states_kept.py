import copy

import torch


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    history, states = [], []
    for _ in range(epochs):
        losses, sizes = [], []
        model.train()
        for batch in train_loader:
            x, y = batch
            out = model(x)
            loss = loss_fn(out, y)
            model.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            sizes.append(len(y))
        weights = torch.tensor(sizes) / sum(sizes)
        train = (torch.stack(losses) * weights).sum().item()
        model.eval()
        losses, sizes = [], []
        with torch.inference_mode():
            for x, y in val_loader:
                losses.append(loss_fn(model(x), y))
                sizes.append(len(y))
        val = sum(float(a) * b for a, b in zip(losses, sizes)) / sum(sizes)
        history.append((train, val))
        states.append(copy.deepcopy(model.state_dict()))
    if states:
        best = min(range(epochs), key=lambda i: history[i][1])
        model.load_state_dict(states[best])
    return history
