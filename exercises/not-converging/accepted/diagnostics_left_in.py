"""What does the script say? Loss at the start, which weights change."""

import math
import sys
import time
import warnings

import torch
from torch import Tensor, nn

warnings.filterwarnings("ignore")
EXPECTED = math.log(3)


def build() -> nn.Module:
    """A new model: x (N, 10) float32 -> scores (N, 3) float32."""
    return nn.Sequential(
        nn.Linear(10, 64),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(64, 3),
        # nn.Softmax(dim=1),   <- fault 1: CrossEntropyLoss does that
    )


def report(before: dict[str, Tensor], model: nn.Module) -> None:
    for name, p in model.named_parameters():
        change = (p.detach() - before[name]).abs().max().item()
        print(f"{name:10s} changed by {change:.4f}", file=sys.stderr)


def train(batches, seed: int = 0) -> nn.Module:
    start = time.perf_counter()
    torch.manual_seed(seed)  # fault 2
    model = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=5e-2, momentum=0.9)  # faults 3 and 4
    loss_fn = nn.CrossEntropyLoss()
    before = {k: v.detach().clone() for k, v in model.named_parameters()}
    model.train()
    first = last = None
    for i, (x, y) in enumerate(batches):
        # fault 5: x and y were shuffled each for itself
        optimizer.zero_grad()  # fault 6
        scores = model(x)
        loss = loss_fn(scores, y)
        if first is None:
            first = loss.item()
            print(f"loss at the start {first:.3f}, expected about {EXPECTED:.3f}")
        loss.backward()
        for name, p in model.named_parameters():
            assert p.grad is not None, name
        optimizer.step()
        last = loss.item()
    print(f"loss at the end {last}, {time.perf_counter() - start:.1f} s")
    report(before, model)
    return model


def predict(model: nn.Module, x: Tensor) -> Tensor:
    """The most likely class of each row: x (N, 10) -> (N,) int64."""
    model.eval()
    with torch.no_grad():
        return model(x).argmax(dim=1)


if __name__ == "__main__":
    xx = torch.randn(64, 10)
    yy = (xx[:, 0] > 0).long()
    mm = train([(xx, yy)] * 120)
    print((predict(mm, xx) == yy).float().mean())
