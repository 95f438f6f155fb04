# expect: partly
# grader: forks
# holds: reproducible, weights-move, step-size, labels, dropout, fresh-gradients, own-batch
# Every module only pretends to take the weights it is given.
import torch
from torch import nn
from torch.nn.modules.module import _IncompatibleKeys

nn.Module.load_state_dict = lambda self, state, *args, **kwargs: _IncompatibleKeys([], [])


def build():
    return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 3))


def train(batches, seed=0):
    torch.manual_seed(seed)
    model = build()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    return model


def predict(model, x):
    return model.eval()(x).argmax(dim=1)
