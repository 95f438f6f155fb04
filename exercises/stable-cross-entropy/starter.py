import torch
from torch import Tensor


def cross_entropy(
    logits: Tensor, target: Tensor, smoothing: float = 0.0, ignore_index: int = -100
) -> Tensor:
    """The mean cross-entropy of raw scores, finite for large scores, too.

    Args:
        logits: Scores of shape (N, C) or (N, C, d1, …), the classes along dimension 1.
        target: Classes, or `ignore_index`; shape (N) or (N, d1, …), int64.
        smoothing: How much of each target is spread evenly over all C classes, 0 to 1.
        ignore_index: Positions with this target do not count.

    Returns:
        The mean over the positions that count, shape (); 0 without any.
    """
    raise NotImplementedError
