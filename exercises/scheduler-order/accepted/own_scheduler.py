import copy

import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.optim.lr_scheduler import LRScheduler


class RiseAndFall(LRScheduler):
    def __init__(self, optimizer, warmup, every, gamma):
        self.warmup, self.every, self.gamma, self.epochs = warmup, every, gamma, 0
        super().__init__(optimizer)

    def get_lr(self):
        factor = min(1.0, (self.last_epoch + 1) / self.warmup)
        return [base * factor * self.gamma ** (self.epochs // self.every) for base in self.base_lrs]

    def end_epoch(self):
        self.epochs += 1
        for group, lr in zip(self.optimizer.param_groups, self.get_lr()):
            group["lr"] = lr


class Run:
    def __init__(self, features, lr, warmup, every, gamma, momentum=0.0):
        self.model = nn.Linear(features, 1, bias=False)
        nn.init.zeros_(self.model.weight)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr, momentum=momentum)
        self.schedule = RiseAndFall(self.optimizer, warmup, every, gamma)

    def epoch(self, batches):
        used = []
        for x, y in batches:
            (group,) = self.optimizer.param_groups
            used.append(group["lr"])
            self.optimizer.zero_grad(set_to_none=False)
            mse_loss(self.model(x), y[:, None]).backward()
            self.optimizer.step()
            self.schedule.step()
        self.schedule.end_epoch()
        return used

    def validate(self, batches):
        total = rows = 0
        for x, y in batches:
            with torch.no_grad():
                total += torch.sum((self.model(x).view(-1) - y) ** 2).item()
            rows += y.numel()
        return total / rows

    def state(self):
        return [
            copy.deepcopy(part.state_dict()) for part in (self.model, self.optimizer, self.schedule)
        ]

    def load(self, state):
        for part, saved in zip((self.model, self.optimizer, self.schedule), state, strict=True):
            part.load_state_dict(saved)
