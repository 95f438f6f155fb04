import torch
import torch.nn as nn
import torch.optim as optim


# %% model
def build():
    return nn.Sequential(*[nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3)])


# %% training
def train(batches, seed=0):
    torch.manual_seed(seed)
    model = build()
    optimizer = optim.SGD(
        [
            {
                "params": [p for n, p in model.named_parameters() if "weight" in n],
                "weight_decay": 1e-4,
            },
            {
                "params": [p for n, p in model.named_parameters() if "bias" in n],
                "weight_decay": 0.0,
            },
        ],
        lr=0.1,
        momentum=0.8,
    )
    loss_fn = nn.CrossEntropyLoss(label_smoothing=0.02)
    it = iter(batches)
    n = 0
    while True:
        try:
            x, y = next(it)
        except StopIteration:
            break
        optimizer.zero_grad()
        out = model(x)
        loss = loss_fn(out, y)
        loss.backward()
        optimizer.step()
        n += 1
    print(n, "batches")
    return model


# %% prediction
def predict(model, x):
    model.eval()
    with torch.no_grad():
        return torch.argsort(model(x), dim=1, descending=True)[:, 0].clone()


# %%
if __name__ == "__main__":
    x = torch.randn(64, 10)
    y = (x[:, 0] > 0).long()
    model = train([(x, y)] * 120)
    print((predict(model, x) == y).float().mean())
