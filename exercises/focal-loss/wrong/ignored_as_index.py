# fails: ignored - an ignored target is used as an index
import torch
from torch import nn
from torch.nn import functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__()
        if reduction not in ("none", "mean", "sum"):
            raise ValueError(reduction)
        self.gamma = gamma
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.register_buffer("weight", weight)

    def forward(self, logits, target):
        logp = logits.log_softmax(1).gather(1, target.unsqueeze(1)).squeeze(1)
        counts = target != self.ignore_index
        factor = torch.ones_like(logp) if self.weight is None else self.weight[target]
        factor = factor * counts
        loss = -factor * (1 - logp.exp()) ** self.gamma * logp
        if self.reduction == "none":
            return loss
        if self.reduction == "sum" or not counts.any():
            return loss.sum()
        return loss.sum() / factor.sum()
