# One optimizer step at a time over flat vectors, through views of the parameters.
import torch


class MyAdamW(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        )

    def step(self, closure=None):
        loss = closure() if closure else None
        todo = [(p, g) for g in self.param_groups for p in g["params"] if p.grad is not None]
        for p, group in todo:
            w, g = p.detach().view(-1), p.grad.detach().reshape(-1)
            state = self.state[p]
            m, v, t = state.get("mvt", (torch.zeros_like(w), torch.zeros_like(w), 0))
            b1, b2 = group["betas"]
            m, v, t = m * b1 + g * (1 - b1), v * b2 + g * g * (1 - b2), t + 1
            state["mvt"] = (m, v, t)
            w *= 1 - group["lr"] * group["weight_decay"]
            w -= group["lr"] * (m / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + group["eps"])
        return loss
