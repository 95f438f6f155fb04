import torch
from torch import nn
from torch.nn import functional as F

REDUCTIONS = {
    "none": lambda loss, weights: loss,
    "sum": lambda loss, weights: loss.sum(),
    "mean": lambda loss, weights: loss.sum() / weights.sum() if weights.sum() > 0 else loss.sum(),
}


class FocalLoss(nn.Module):
    weight: torch.Tensor | None

    def __init__(self, gamma=2.0, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__()
        if reduction not in REDUCTIONS:
            raise ValueError(f"unknown reduction: {reduction}")
        self.gamma, self.ignore, self.reduce = gamma, ignore_index, REDUCTIONS[reduction]
        self.register_buffer("weight", weight)

    def pick(self, scores, target, weight):
        return -F.nll_loss(scores, target, weight, ignore_index=self.ignore, reduction="none")

    def forward(self, logits, target):
        logp = logits.log_softmax(1)
        weights = self.pick(torch.ones_like(logits), target, self.weight)
        easy = (1 - self.pick(logp, target, None).exp()) ** self.gamma
        return self.reduce(-easy * self.pick(logp, target, self.weight), weights)
