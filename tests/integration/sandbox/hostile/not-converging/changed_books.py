# expect: wrong
# grader: forks
# Exchanges what the solver keeps for the judge: whatever it asks for next is something else.
import torch
from torch import nn


class Books(dict):
    def __getitem__(self, number):
        thing = super().__getitem__(number)
        if isinstance(thing, nn.Module) and self.given:
            return self.given[0]
        return thing


def build():
    return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3))


def train(batches, seed=0):
    books = Books(batches.solver.kept)
    books.given = [nn.Linear(10, 3)]
    batches.solver.kept = books
    return build()


def predict(model, x):
    return torch.zeros(len(x))
