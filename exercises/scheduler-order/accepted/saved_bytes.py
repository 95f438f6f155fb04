import io

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler


class Run:
    PARTS = ("model", "optimizer", "warm", "decay")

    def __init__(self, features, lr, warmup, every, gamma, momentum=0.0):
        self.model = nn.Linear(features, 1, bias=False)
        self.model.weight.data.zero_()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr, momentum)
        self.decay = lr_scheduler.MultiplicativeLR(
            self.optimizer, lambda epoch: gamma if epoch % every == 0 else 1.0
        )
        self.warm = lr_scheduler.LinearLR(self.optimizer, 1 / warmup, total_iters=warmup - 1)

    def _step(self, x, y):
        rate = self.optimizer.param_groups[0]["lr"]
        self.model.zero_grad()
        F.mse_loss(self.model(x).flatten(), y).backward()
        self.optimizer.step()
        self.warm.step()
        return rate

    def epoch(self, batches):
        rates = [self._step(x, y) for x, y in batches]
        self.decay.step()
        return rates

    def validate(self, batches):
        batches = list(batches)
        x = torch.cat([x for x, _ in batches])
        y = torch.cat([y for _, y in batches])
        return F.mse_loss(self.model(x).flatten(), y).item()

    def state(self):
        file = io.BytesIO()
        torch.save({name: getattr(self, name).state_dict() for name in self.PARTS}, file)
        return file.getvalue()

    def load(self, state):
        saved = torch.load(io.BytesIO(state), weights_only=False)
        for name in self.PARTS:
            getattr(self, name).load_state_dict(saved[name])
