# Both means live in one tensor of shape (2, *p.shape).
import torch


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
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["means"] = torch.stack([torch.zeros_like(p)] * 2)
                    state["t"] = 0
                state["t"] += 1
                betas = torch.tensor(group["betas"], dtype=torch.float64)
                column = betas.to(p.dtype).view(2, *[1] * p.dim())
                fresh = torch.stack([p.grad, p.grad.square()])
                state["means"].mul_(column).add_(fresh * (1 - column))
                share = (1 - betas ** state["t"]).view(2, *[1] * p.dim()).to(p.dtype)
                m, v = state["means"] / share
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(m.div(v.sqrt().add(group["eps"])), alpha=-group["lr"])
        return loss
