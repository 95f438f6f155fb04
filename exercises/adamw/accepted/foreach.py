import torch


class MyAdamW(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if params:
                self.one_group(params, group)
        return loss

    def one_group(self, params, group):
        for p in params:
            if not self.state[p]:
                self.state[p]["t"] = 0
                self.state[p]["m"], self.state[p]["v"] = torch.zeros_like(p), torch.zeros_like(p)
            self.state[p]["t"] += 1
        b1, b2 = group["betas"]
        grads = [p.grad for p in params]
        ms, vs = ([self.state[p][k] for p in params] for k in "mv")
        torch._foreach_mul_(ms, b1)
        torch._foreach_add_(ms, grads, alpha=1 - b1)
        torch._foreach_mul_(vs, b2)
        torch._foreach_addcmul_(vs, grads, grads, 1 - b2)
        roots = torch._foreach_div(vs, [1 - b2 ** self.state[p]["t"] for p in params])
        torch._foreach_sqrt_(roots)
        torch._foreach_add_(roots, group["eps"])
        moves = torch._foreach_div(ms, [1 - b1 ** self.state[p]["t"] for p in params])
        torch._foreach_mul_(params, 1 - group["lr"] * group["weight_decay"])
        torch._foreach_addcdiv_(params, moves, roots, -group["lr"])
