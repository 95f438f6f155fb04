import copy

import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.optim.lr_scheduler import LinearLR, StepLR


class Run:
    def __init__(self, features, lr, warmup, every, gamma, momentum=0.0):
        self.model = nn.Linear(features, 1, bias=False)
        nn.init.zeros_(self.model.weight)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr, momentum=momentum)
        self.rise = LinearLR(self.optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
        self.fall = StepLR(self.optimizer, step_size=every, gamma=gamma)

    def epoch(self, batches):
        used = []
        for x, y in batches:
            loss = mse_loss(self.model(x).squeeze(1), y)
            self.optimizer.zero_grad()
            loss.backward()
            used.append(self.optimizer.param_groups[0]["lr"])
            self.optimizer.step()
            self.rise.step()
        self.fall.step()
        return used

    def validate(self, batches):
        total, rows = 0.0, 0
        with torch.no_grad():
            for x, y in batches:
                total += mse_loss(self.model(x).squeeze(1), y, reduction="sum").item()
                rows += len(y)
        return total / rows

    def state(self):
        return copy.deepcopy(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "rise": self.rise.state_dict(),
                "fall": self.fall.state_dict(),
            }
        )

    def load(self, state):
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.rise.load_state_dict(state["rise"])
        self.fall.load_state_dict(state["fall"])
