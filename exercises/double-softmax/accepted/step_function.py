import torch
from torch import nn
from torch.nn import functional as F


class Tagger(nn.Module):
    def __init__(self, features, kinds, tags, width=16):
        super().__init__()
        self.body = nn.Linear(features, width)
        self.kinds = nn.Linear(width, kinds)
        self.tags = nn.Linear(width, tags)

    def forward(self, x):
        hidden = torch.tanh(self.body(x))  # (N, width)
        return self.kinds(hidden), self.tags(hidden)  # (N, K), (N, T)


def probabilities(kind_scores, tag_scores):
    return kind_scores.softmax(dim=1), tag_scores.sigmoid()


def nll(kind_scores, kind):
    return F.cross_entropy(kind_scores, kind)


def predict(model, x):
    with torch.no_grad():
        kinds, tags = probabilities(*model(x))
    return kinds.argmax(dim=1), tags > 0.5


def loss_of(model, batch):
    x, kind, tags = batch
    scores, marks = model(x)
    return nn.CrossEntropyLoss()(scores, kind) + nn.BCEWithLogitsLoss(reduction="mean")(marks, tags)


def step(model, batch, lr):
    model.zero_grad()
    loss = loss_of(model, batch)
    loss.backward()
    for p in model.parameters():
        p.data.add_(p.grad, alpha=-lr)
    return loss.detach().item()


def fit(model, batches, lr):
    return [step(model, batch, lr) for batch in batches]
