from collections.abc import Iterable

import torch
from torch import Tensor


def clip_grad_norm(parameters: Iterable[Tensor], max_norm: float, norm_type: float = 2.0) -> Tensor:
    """Scale the gradients in place so that their joint norm is at most `max_norm`.

    Args:
        parameters: Any iterable, a generator too. Each has a `.grad` of its own shape, or None.
        max_norm: The largest joint norm that is left as it is.
        norm_type: p of the p-norm: a number >= 1, or `float("inf")` for the largest magnitude.

    Returns:
        The joint norm before clipping: shape (), dtype of the gradients; `tensor(0.)` without any.
        If it is not finite, no gradient has changed.
    """
    raise NotImplementedError
