# fails: flips - the epoch makes no difference
"""Data parallel training by hand: every rank runs `train` at the same time."""

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional


def shard(count: int, epoch: int, seed: int, rank: int, world_size: int) -> Tensor:
    """The rows that this rank trains on in this epoch, in order: int64."""
    generator = torch.Generator().manual_seed(1000 * seed + epoch)
    order = torch.randperm(count, generator=generator)
    return order[rank::world_size]


def flip_generator(seed: int, epoch: int, rank: int) -> torch.Generator:
    """What this rank draws its flips from in this epoch."""
    return torch.Generator().manual_seed(1_000_000 * seed + rank)


def flip(x: Tensor, generator: torch.Generator) -> Tensor:
    """Augmentation: about half of the rows change their sign. x (N, C) -> (N, C)."""
    signs = torch.randint(0, 2, (len(x), 1), generator=generator) * 2 - 1
    return x * signs


def average_gradients(model: nn.Module) -> None:
    """The mean over all ranks, which have equally many rows."""
    for p in model.parameters():
        dist.all_reduce(p.grad)
        p.grad /= dist.get_world_size()


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epochs: int,
    batch_size: int,
    seed: int,
    lr: float = 0.1,
) -> list[float]:
    """Train the model in place; runs on every rank.

    Args:
        model: With batch norm; each rank may come with other weights.
        x: All rows, (N, C), the same on every rank.
        y: Their targets, (N, K).
        epochs: How often to go through all rows.
        batch_size: Rows of one rank in one step.
        seed: Of the order and the flips, the same on every rank.
        lr: Learning rate.

    Returns:
        The mean loss of each epoch.
    """
    rank, world_size = dist.get_rank(), dist.get_world_size()
    for tensor in (*model.parameters(), *model.buffers()):
        dist.broadcast(tensor.detach(), src=0)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    history = []
    model.train()
    for epoch in range(epochs):
        generator = flip_generator(seed, epoch, rank)
        losses = []
        for rows in shard(len(x), epoch, seed, rank, world_size).split(batch_size):
            loss = functional.mse_loss(model(flip(x[rows], generator)), y[rows])
            optimizer.zero_grad()
            loss.backward()
            average_gradients(model)
            optimizer.step()
            losses.append(loss.item())
        mean = torch.tensor(sum(losses) / len(losses), dtype=torch.float64)
        dist.all_reduce(mean)
        history.append(mean.item() / world_size)
    for buffer in model.buffers():
        if buffer.is_floating_point():
            dist.all_reduce(buffer)
            buffer /= world_size
    return history
