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
    shifted = kind_scores - kind_scores.amax(dim=1, keepdim=True)
    parts = shifted.exp()
    return parts / parts.sum(dim=1, keepdim=True), torch.special.expit(tag_scores)


def nll(kind_scores, kind):
    right = kind_scores.gather(1, kind[:, None])[:, 0]
    return (kind_scores.logsumexp(dim=1) - right).mean()


def predict(model, x):
    with torch.no_grad():
        kinds, tags = probabilities(*model(x))
    return kinds.argmax(dim=1), tags > 0.5


def fit(model, batches, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for x, kind, tags in batches:
        kind_scores, tag_scores = model(x)
        marks = F.softplus(tag_scores) - tag_scores * tags
        loss = nll(kind_scores, kind) + marks.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
