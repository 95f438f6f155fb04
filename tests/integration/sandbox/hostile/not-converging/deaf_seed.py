# expect: partly
# grader: forks
# holds: scores, steady-prediction, weights-move, fresh-gradients, generalises
# perhaps: step-size
# Any seed is as good as another, and the one that is set is forgotten at once.
import torch
from torch import nn

seeded = torch.manual_seed
torch.manual_seed = lambda seed: seeded(torch.seed())


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
