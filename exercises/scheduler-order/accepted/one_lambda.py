import copy

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR


class Run:
    """One scheduler, which is told the steps and looks up the epochs."""

    def __init__(self, features, lr, warmup, every, gamma, momentum=0.0):
        self.model = nn.Linear(features, 1, bias=False)
        nn.init.zeros_(self.model.weight)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr, momentum=momentum)
        self.epochs_done = 0

        def factor(step):
            return min((step + 1) / warmup, 1.0) * gamma ** (self.epochs_done // every)

        self.scheduler = LambdaLR(self.optimizer, factor)

    def epoch(self, batches):
        used = []
        batches = list(batches)
        for number, (x, y) in enumerate(batches, 1):
            used += self.scheduler.get_last_lr()
            self.optimizer.zero_grad()
            (self.model(x)[:, 0] - y).pow(2).mean().backward()
            self.optimizer.step()
            if number == len(batches):
                self.epochs_done += 1
            self.scheduler.step()
        return used

    def validate(self, batches):
        with torch.inference_mode():
            pairs = [(self.model(x)[:, 0], y) for x, y in batches]
        seen, wanted = (torch.cat(parts) for parts in zip(*pairs))
        return nn.MSELoss()(seen, wanted).item()

    def state(self):
        return {
            "weights": {k: v.clone() for k, v in self.model.state_dict().items()},
            "optimizer": copy.deepcopy(self.optimizer.state_dict()),
            "scheduler": self.scheduler.state_dict(),
            "epochs": self.epochs_done,
        }

    def load(self, state):
        self.epochs_done = state["epochs"]
        self.model.load_state_dict(state["weights"])
        self.optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))
        self.scheduler.load_state_dict(state["scheduler"])
