# `next` by hand, and gradients cleared after each step as well as before the first.
import copy

import torch


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    result = []
    best = {}
    optimizer.zero_grad()
    for epoch in range(epochs):
        sums = {"train": [0.0, 0], "val": [0.0, 0]}
        for phase, loader in (("train", train_loader), ("val", val_loader)):
            model.train(phase == "train")
            batches = iter(loader)
            while (batch := next(batches, None)) is not None:
                x, y = batch[0], batch[1]
                with torch.set_grad_enabled(phase == "train"):
                    loss = loss_fn(model(x), y)
                if phase == "train":
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad()
                sums[phase][0] += loss.item() * y.size(0)
                sums[phase][1] += y.size(0)
        train, val = (total / count for total, count in sums.values())
        result.append((train, val))
        if not best or val < best["val"]:
            best = {"val": val, "state": copy.deepcopy(model.state_dict())}
    if best:
        model.load_state_dict(best["state"])
    return result
