import math

import torch
from torch.optim import Optimizer


class MyAdamW(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    def step(self, closure=None):
        result = closure() if closure is not None else None
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self._move(p, p.grad, group)
        return result

    def _move(self, p, g, group):
        b1, b2 = group["betas"]
        state = self.state[p]
        if len(state) == 0:
            state["step"] = 0
            state["exp_avg"] = torch.zeros_like(p)
            state["exp_avg_sq"] = torch.zeros_like(p)
        state["step"] = t = state["step"] + 1
        state["exp_avg"] = b1 * state["exp_avg"] + (1 - b1) * g
        state["exp_avg_sq"] = b2 * state["exp_avg_sq"] + (1 - b2) * g**2
        p -= group["lr"] * group["weight_decay"] * p
        size = group["lr"] / (1 - b1**t)
        p -= (
            size
            * state["exp_avg"]
            / (state["exp_avg_sq"].sqrt() / math.sqrt(1 - b2**t) + group["eps"])
        )
