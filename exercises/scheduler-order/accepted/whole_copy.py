import copy

import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.optim.lr_scheduler import LinearLR, StepLR


class Run:
    def __init__(self, features, lr, warmup, every, gamma, momentum=0.0):
        model = nn.Linear(features, 1, bias=False)
        nn.init.zeros_(model.weight)
        optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
        rise = LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
        fall = StepLR(optimizer, step_size=every, gamma=gamma)
        self.all = {"model": model, "optimizer": optimizer, "rise": rise, "fall": fall}

    @property
    def model(self):
        return self.all["model"]

    def epoch(self, batches):
        optimizer, used = self.all["optimizer"], []
        for x, y in batches:
            optimizer.zero_grad()
            mse_loss(self.model(x).squeeze(1), y).backward()
            optimizer.step()
            used.append(optimizer.param_groups[0]["lr"])
            self.all["rise"].step()
        self.all["fall"].step()
        return used

    def validate(self, batches):
        errors = []
        with torch.no_grad():
            for x, y in batches:
                errors.extend((self.model(x).squeeze(1) - y).tolist())
        return sum(error**2 for error in errors) / len(errors)

    def state(self):
        return copy.deepcopy(self.all)

    def load(self, state):
        self.all = copy.deepcopy(state)
