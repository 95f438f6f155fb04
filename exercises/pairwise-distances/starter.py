import torch
from torch import Tensor


def pairwise_distances(a: Tensor, b: Tensor) -> Tensor:
    """The Euclidean distance from each point of one set to each point of another.

    Args:
        a: (n, d), float32 or float64.
        b: (m, d), of the same dtype.

    Returns:
        (n, m), of the same dtype: [i, j] is the distance between a[i] and b[j].
    """
    raise NotImplementedError
