# fails: log - each epoch is taken to have as many batches as the first
import copy

import torch
from torch import nn
from torch.nn.functional import mse_loss


class Run:
    def __init__(self, features, lr, warmup, every, gamma, momentum=0.0):
        self.model = nn.Linear(features, 1, bias=False)
        nn.init.zeros_(self.model.weight)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=lr, momentum=momentum)
        self.lr, self.warmup, self.every, self.gamma = lr, warmup, every, gamma
        self.steps = self.epochs = 0

    def rate(self):
        rise = min(1.0, (self.steps + 1) / self.warmup)
        return self.lr * rise * self.gamma ** (self.epochs // self.every)

    def epoch(self, batches):
        used = []
        for x, y in batches:
            self.optimizer.param_groups[0]["lr"] = rate = self.rate()
            self.optimizer.zero_grad()
            mse_loss(self.model(x).squeeze(1), y).backward()
            self.optimizer.step()
            self.steps += 1
            used.append(rate)
        self.epochs += 1
        self.length = getattr(self, "length", len(used))
        return (used * self.length)[: self.length]

    @torch.no_grad()
    def validate(self, batches):
        errors = [(self.model(x).squeeze(1) - y).square() for x, y in batches]
        return torch.cat(errors).mean().item()

    def state(self):
        parts = self.model.state_dict(), self.optimizer.state_dict(), self.steps, self.epochs
        return copy.deepcopy(parts)

    def load(self, state):
        model, optimizer, self.steps, self.epochs = state
        self.model.load_state_dict(model)
        self.optimizer.load_state_dict(optimizer)
