# A warm-up over 40 steps, and no momentum.
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
        for group in optimizer.param_groups:
            group["lr"] = 0.15 * min(1.0, (i + 1) / 40)
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
