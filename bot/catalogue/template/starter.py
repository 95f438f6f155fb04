from torch import Tensor


def scale(x: Tensor, by: float = 2.0) -> Tensor:
    """Return `by` times every element of `x`, in its shape and dtype."""
    raise NotImplementedError
