from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class MyAdamW(torch.optim.Optimizer):
    """Adam with decoupled weight decay.

    Args:
        params: Parameters, or dicts with "params" and options of that group alone.
        lr: Learning rate.
        betas: How much of the old is kept in the mean of the gradient, and in that of its square.
        eps: Added to the root of the mean square.
        weight_decay: Share of the parameter that is taken away in each step, times `lr`.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, defaults)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient, in place.

        Args:
            closure: If given, it is called first, with gradients enabled.

        Returns:
            What the closure returned; None without one.
        """
        raise NotImplementedError
