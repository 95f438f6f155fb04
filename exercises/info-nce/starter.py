import torch
from torch import Tensor, nn


class InfoNCE(nn.Module):
    """Pairs find each other among all rows of the batch.

    Args:
        temperature: What the similarities are divided by, a number above 0.
        learn: Whether it is trained, as `log_temperature`.
    """

    def __init__(self, temperature: float = 0.07, learn: bool = False) -> None:
        super().__init__()

    def forward(self, a: Tensor, b: Tensor, ids: Tensor | None = None) -> Tensor:
        """Compute the loss of both directions.

        Args:
            a: Shape (N, D), of any lengths.
            b: Shape (N, D); row i belongs to row i of `a`.
            ids: Shape (N,), int64: what each pair shows. None: all show different things.

        Returns:
            Shape (), dtype of `a`.
        """
        raise NotImplementedError
