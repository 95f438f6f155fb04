# cheat: library - the library's own optimizer
# expect: not allowed
import torch
from torch.optim import adam


class MyAdamW(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            for p in params:
                if not self.state[p]:
                    self.state[p] = dict(
                        t=torch.tensor(0.0), m=torch.zeros_like(p), v=torch.zeros_like(p)
                    )
                p.mul_(1 - group["lr"] * group["weight_decay"])
            m, v, t = ([self.state[p][k] for p in params] for k in "mvt")
            b1, b2 = group["betas"]
            adam.adam(
                params,
                [p.grad for p in params],
                m,
                v,
                [],
                t,
                amsgrad=False,
                beta1=b1,
                beta2=b2,
                lr=group["lr"],
                weight_decay=0.0,
                eps=group["eps"],
                maximize=False,
            )
        return loss
