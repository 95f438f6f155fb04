# mends: resume - the schedulers are saved and loaded
import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.optim.lr_scheduler import LinearLR, StepLR

Batches = Iterable[tuple[Tensor, Tensor]]
"""Pairs of x (N, features) and y (N,), float32."""


class Run:
    """One training run.

    Args:
        features: Numbers in a row of x.
        lr: The learning rate between the rise and the first fall.
        warmup: Steps of the rise: 1/warmup of `lr` in the first step, all of it in step `warmup`.
        every: After so many epochs the learning rate falls, again and again.
        gamma: What it is multiplied by when it falls.
        momentum: That of SGD.
    """

    def __init__(
        self,
        features: int,
        lr: float,
        warmup: int,
        every: int,
        gamma: float,
        momentum: float = 0.0,
    ) -> None:
        self.model = nn.Linear(features, 1, bias=False)
        nn.init.zeros_(self.model.weight)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr, momentum=momentum)
        self.rise = LinearLR(self.optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
        self.fall = StepLR(self.optimizer, step_size=every, gamma=gamma)

    def epoch(self, batches: Batches) -> list[float]:
        """Take one step for each batch. Returns the learning rate of each step."""
        used = []
        for x, y in batches:
            self.rise.step()
            loss = mse_loss(self.model(x).squeeze(1), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.fall.step()
            used.append(self.fall.get_last_lr()[0])
        return used

    def validate(self, batches: Batches) -> float:
        """The mean squared error over all rows of all batches."""
        total, rows = 0.0, 0
        with torch.no_grad():
            for x, y in batches:
                total += mse_loss(self.model(x).squeeze(1), y, reduction="sum").item()
                rows += len(y)
        self.fall.step()
        return total / rows

    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on from here: a copy, which later epochs do not change."""
        return copy.deepcopy(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "rise": self.rise.state_dict(),
                "fall": self.fall.state_dict(),
            }
        )

    def load(self, state: dict[str, Any]) -> None:
        """Go back to where `state` was taken, in a run that was made with the same arguments."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.rise.load_state_dict(state["rise"])
        self.fall.load_state_dict(state["fall"])
