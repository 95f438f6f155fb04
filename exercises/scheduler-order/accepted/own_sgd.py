import torch
from torch import nn


class Run:
    """No optimizer and no scheduler: the formulas of the task."""

    def __init__(self, features, lr, warmup, every, gamma, momentum=0.0):
        self.model = nn.Linear(features, 1, bias=False)
        self.model.weight.requires_grad_(False).zero_()
        self.speed = torch.zeros(1, features)
        self.done = (0, 0)  # steps, epochs
        self.settings = lr, warmup, every, gamma, momentum

    def epoch(self, batches):
        lr, warmup, every, gamma, momentum = self.settings
        steps, epochs = self.done
        used = []
        for x, y in batches:
            steps += 1
            rate = lr * gamma ** (epochs // every)
            if steps < warmup:
                rate *= steps / warmup
            error = self.model(x).squeeze(1) - y  # (N,)
            grad = 2 * (error @ x) / len(y)  # (features,)
            self.speed = self.speed * momentum + grad
            self.model.weight.sub_(rate * self.speed)
            used.append(rate)
        self.done = (steps, epochs + 1)
        return used

    def validate(self, batches):
        squares = [(self.model(x).squeeze(1) - y) ** 2 for x, y in batches]
        return float(torch.cat(squares).mean())

    def state(self):
        return self.model.weight.clone(), self.speed, self.done

    def load(self, state):
        weight, self.speed, self.done = state
        self.model.weight.copy_(weight)
