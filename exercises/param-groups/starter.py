from typing import Any

from torch import nn


def param_groups(
    model: nn.Module, lr: float, weight_decay: float, head_lr: float
) -> list[dict[str, Any]]:
    """Sort a model's parameters into groups for an optimizer.

    Args:
        model: Any module. Its head, if it has one, is `model.head`.
        lr: The learning rate of all that is not in the head.
        weight_decay: That of matrices; biases, norms and embeddings get 0.0.
        head_lr: The learning rate of the head.

    Returns:
        Up to four dicts with "params", "lr" and "weight_decay": body with decay, body without,
        head with decay, head without; no empty ones.
    """
    raise NotImplementedError
