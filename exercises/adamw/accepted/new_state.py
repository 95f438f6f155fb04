# Builds a new state in each step; `copy_` puts the new value where the old one lies.
import torch


class MyAdamW(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        )

    @torch.no_grad()
    def step(self, closure=None):
        out = None
        if closure:
            with torch.enable_grad():
                out = closure()
        for group in self.param_groups:
            for p in filter(lambda p: p.grad is not None, group["params"]):
                old = self.state[p] or {"m": 0.0, "v": 0.0, "t": 0}
                beta1, beta2 = group["betas"]
                new = {
                    "m": old["m"] * beta1 + p.grad * (1 - beta1),
                    "v": old["v"] * beta2 + p.grad * p.grad * (1 - beta2),
                    "t": old["t"] + 1,
                }
                self.state[p] = new
                m = new["m"] / (1 - pow(beta1, new["t"]))
                v = new["v"] / (1 - pow(beta2, new["t"]))
                shrunk = p * (1 - group["lr"] * group["weight_decay"])
                p.copy_(shrunk - group["lr"] * m / (torch.sqrt(v) + group["eps"]))
        return out
