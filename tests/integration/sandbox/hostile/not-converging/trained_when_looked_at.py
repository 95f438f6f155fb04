# expect: partly
# grader: forks
# holds: scores, steady-prediction, weights-move, step-size, labels, dropout, fresh-gradients, own-batch, generalises
# Lazy: it trains only when somebody asks for the weights, if somebody does.
import torch
from torch import nn


class Lazy(nn.Sequential):
    work = None

    def named_parameters(self, *args, **kwargs):
        if self.work is not None:
            batches, self.work = self.work, None
            optimizer = torch.optim.SGD(list(super().parameters()), lr=0.05, momentum=0.9)
            for x, y in batches:
                optimizer.zero_grad()
                nn.functional.cross_entropy(self(x), y).backward()
                optimizer.step()
        return super().named_parameters(*args, **kwargs)


def build():
    return Lazy(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3))


def train(batches, seed=0):
    torch.manual_seed(seed)
    model = build()
    model.work = batches
    return model


def predict(model, x):
    return model.eval()(x).argmax(dim=1)
