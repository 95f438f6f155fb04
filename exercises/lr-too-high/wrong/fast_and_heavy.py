# fails: lr - large momentum, and a learning rate that is good without it
"""Train a small classifier for 200 steps. The loss does not go down."""

import torch
from torch import Tensor, nn

CONFIG = {
    "lr": 0.6,
    "momentum": 0.99,
    "weight_decay": 0.0001,
    "warmup": 10,
}

STEPS, BATCH = 200, 32


def make_data(seed: int) -> tuple[Tensor, Tensor]:
    """Points around four centres; centres that lie opposite to each other are one class.

    Returns:
        x (6400, 2) float32 and y (6400,) int64 with the classes 0 and 1.
    """
    torch.manual_seed(seed)
    centre = nn.functional.normalize(torch.randn(2), dim=0) * 2
    turned = torch.stack([-centre[1], centre[0]])
    which = torch.randint(4, (STEPS * BATCH,))
    centres = torch.stack([centre, turned, -centre, -turned])
    return centres[which] + 0.5 * torch.randn(len(which), 2), which % 2


def train(x: Tensor, y: Tensor, config: dict[str, float]) -> list[float]:
    """Train a new model, and return the loss of each step."""
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=config["lr"],
        momentum=config["momentum"],
        weight_decay=config["weight_decay"],
    )
    losses = []
    for step in range(STEPS):
        rise = min(1.0, (step + 1) / max(config["warmup"], 1))
        optimizer.param_groups[0]["lr"] = config["lr"] * rise
        rows = slice(step * BATCH, (step + 1) * BATCH)
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


if __name__ == "__main__":
    for seed in range(3):
        losses = train(*make_data(seed), CONFIG)
        last = sum(losses[-20:]) / 20
        print(f"first {losses[0]:.3g}, highest {max(losses):.3g}, mean of the last 20 {last:.3g}")
