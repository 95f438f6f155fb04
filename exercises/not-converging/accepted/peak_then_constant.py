# A one-cycle schedule of 120 steps, low, up to step 36 and down, and constant after them.
import math
import torch
from torch import Tensor, nn


def build() -> nn.Module:
    return nn.Sequential(
        nn.Linear(10, 64),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(64, 3),
    )


def train(batches, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    model = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loss_fn = nn.CrossEntropyLoss()
    model.train()
    for i, (x, y) in enumerate(batches):
        if i < 36:
            lr = 0.004 + (0.1 - 0.004) * (1 - math.cos(math.pi * i / 36)) / 2
        else:
            lr = 0.1 * (1 + math.cos(math.pi * min(i - 36, 80) / 84)) / 2
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.zero_grad()
        scores = model(x)
        loss = loss_fn(scores, y)
        loss.backward()
        optimizer.step()
    return model


def predict(model: nn.Module, x: Tensor) -> Tensor:
    model.eval()
    with torch.no_grad():
        return model(x).argmax(dim=1)
