import torch


def corrected(mean, beta, steps):
    return mean / (1.0 - beta**steps)


class MyAdamW(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(
            params, dict(lr=lr, beta1=betas[0], betas=betas, eps=eps, weight_decay=weight_decay)
        )

    def step(self, closure=None):
        with torch.enable_grad():
            loss = None if closure is None else closure()
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    self.update(p, **{k: group[k] for k in ("lr", "betas", "eps", "weight_decay")})
        return loss

    def update(self, p, lr, betas, eps, weight_decay):
        if p.grad is None:
            return
        s = self.state[p]
        s.setdefault("n", 0)
        first = s.setdefault("first", p.new_zeros(p.shape))
        second = s.setdefault("second", p.new_zeros(p.shape))
        s["n"] += 1
        first += (p.grad - first) * (1 - betas[0])
        second += (p.grad.pow(2) - second) * (1 - betas[1])
        top = corrected(first, betas[0], s["n"])
        bottom = corrected(second, betas[1], s["n"]) ** 0.5 + eps
        p[...] = p - lr * weight_decay * p
        p[...] = p - lr * top / bottom
