# fails: probabilities - the softmax runs along the rows
# says: kinds
"""Train a model with two heads. It runs without an error, and its loss stops falling early."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Tagger(nn.Module):
    """Scores for the kind of each row (one of K) and for its tags (any of T)."""

    def __init__(self, features: int, kinds: int, tags: int, width: int = 16) -> None:
        super().__init__()
        self.body = nn.Linear(features, width)
        self.kinds = nn.Linear(width, kinds)
        self.tags = nn.Linear(width, tags)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (N, F) -> raw scores of the kinds (N, K), raw scores of the tags (N, T)."""
        hidden = torch.tanh(self.body(x))
        return self.kinds(hidden), self.tags(hidden)


def probabilities(kind_scores: Tensor, tag_scores: Tensor) -> tuple[Tensor, Tensor]:
    """Raw scores (N, K) and (N, T) -> probabilities of the same shapes."""
    return kind_scores.softmax(dim=0), tag_scores.sigmoid()


def nll(kind_scores: Tensor, kind: Tensor) -> Tensor:
    """The mean of -log p(right kind): raw scores (N, K), kind (N,) int64 -> ()."""
    return F.cross_entropy(kind_scores, kind)


def predict(model: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """x (N, F) -> the most likely kind (N,) int64, the tags that are more likely than not (N, T) bool."""
    with torch.no_grad():
        kinds, tags = probabilities(*model(x))
    return kinds.argmax(dim=1), tags > 0.5


def fit(
    model: nn.Module, batches: Sequence[tuple[Tensor, Tensor, Tensor]], lr: float
) -> list[float]:
    """Take one step for each batch x (N, F), kind (N,), tags (N, T) of 0.0 and 1.0.

    Returns:
        The loss of each batch before its step.
    """
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
