from copy import deepcopy

import torch


class Trainer:
    def __init__(self, model, optimizer, loss_fn):
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
        self.best = None

    def train(self, loader):
        self.model.train()
        return self.mean((self.step(x, y), len(x)) for x, y in loader)

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def validate(self, loader):
        self.model.eval()
        val = self.mean((self.loss_fn(self.model(x), y).item(), len(x)) for x, y in loader)
        if self.best is None or val < self.best[0]:
            self.best = val, deepcopy(self.model.state_dict())
        return val

    @staticmethod
    def mean(pairs):
        losses, counts = zip(*pairs)
        return sum(a * n for a, n in zip(losses, counts)) / sum(counts)

    def restore(self):
        if self.best:
            self.model.load_state_dict(self.best[1])


def fit(model, train_loader, val_loader, optimizer, loss_fn, epochs):
    trainer = Trainer(model, optimizer, loss_fn)
    history = [(trainer.train(train_loader), trainer.validate(val_loader)) for _ in range(epochs)]
    trainer.restore()
    return history
