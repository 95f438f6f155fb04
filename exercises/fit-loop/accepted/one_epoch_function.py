import torch


def run_epoch(model, loader, loss_fn, optimizer=None):
    training = optimizer is not None
    model.train(training)
    total, count = 0.0, 0
    with torch.set_grad_enabled(training):
        for x, y in loader:
            loss = loss_fn(model(x), y)
            if training:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += loss.item() * x.shape[0]
            count += x.shape[0]
    return total / count


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    history = []
    best_loss = float("inf")
    best_state = None
    for _ in range(epochs):
        train = run_epoch(model, train_loader, loss_fn, optimizer)
        val = run_epoch(model, val_loader, loss_fn)
        history.append((train, val))
        if val < best_loss:
            best_loss = val
            best_state = {k: v.clone() for k, v in model.state_dict().items()}
    if best_state is not None:
        model.load_state_dict(best_state)
    return history
