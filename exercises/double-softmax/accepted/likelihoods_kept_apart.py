import torch
from torch import nn
from torch.nn import functional as F


class Tagger(nn.Module):
    def __init__(self, features, kinds, tags, width=16):
        super().__init__()
        self.body = nn.Linear(features, width)
        self.kinds = nn.Linear(width, kinds)
        self.tags = nn.Linear(width, tags)

    def hidden(self, x):
        return nn.Tanh()(self.body(x))

    def forward(self, x):
        hidden = self.hidden(x)
        return F.linear(hidden, self.kinds.weight, self.kinds.bias), self.tags(hidden)


def probabilities(kind_scores, tag_scores):
    return kind_scores.softmax(dim=1), tag_scores.sigmoid()


def nll(kind_scores, kind):
    return F.cross_entropy(kind_scores, kind)


def predict(model, x):
    model.eval()
    kinds, tags = (scores.detach() for scores in model(x))
    return kinds.max(dim=1).indices, torch.sigmoid(tags).gt(0.5)


def fit(model, batches, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for x, kind, tags in batches:
        kind_scores, tag_scores = model(x)
        loss = F.cross_entropy(kind_scores, kind)
        loss = loss + F.binary_cross_entropy_with_logits(tag_scores, tags)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
