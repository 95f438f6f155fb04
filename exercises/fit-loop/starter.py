from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

Batches = Iterable[tuple[Tensor, Tensor]]


def fit(
    model: nn.Module,
    train_loader: Batches,
    val_loader: Batches,
    optimizer: torch.optim.Optimizer,
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    epochs: int,
) -> list[tuple[float, float]]:
    """Train, validate after each epoch, and leave the model as it was after its best one.

    Args:
        model: In whatever mode; it is changed in place.
        train_loader: Pairs of x and y; can be gone through in each epoch anew.
        val_loader: The same for validation.
        optimizer: Over all parameters of the model.
        loss_fn: Mean loss over the rows of a batch, shape ().
        epochs: How many, 0 or more.

    Returns:
        For each epoch the mean loss per row in training and in validation.
    """
    raise NotImplementedError
