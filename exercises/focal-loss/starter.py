import torch
from torch import Tensor, nn


class FocalLoss(nn.Module):
    """Cross entropy that turns down what is already right.

    Args:
        gamma: How strongly: 0, or any number from 1 on.
        weight: Shape (C,), one number above 0 for each class; None counts as all 1.
        ignore_index: Places with this target do not count.
        reduction: "none", "mean" or "sum".

    Raises:
        ValueError: There is no such reduction.
    """

    def __init__(
        self,
        gamma: float = 2.0,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
    ) -> None:
        super().__init__()

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """Compute the loss.

        Args:
            logits: Shape (N, C) or (N, C, d1, ...), before the softmax.
            target: Shape (N,) or (N, d1, ...), int64.

        Returns:
            Shape of `target` for "none", otherwise (); dtype of `logits`.
        """
        raise NotImplementedError
