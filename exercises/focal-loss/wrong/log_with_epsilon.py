# fails: extremes - a small number in the log is taken for the cure
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
        counts = target != self.ignore_index
        known = target.masked_fill(~counts, 0)
        p = logits.softmax(1).gather(1, known.unsqueeze(1)).squeeze(1)
        factor = counts.to(logits.dtype)
        if self.weight is not None:
            factor = factor * self.weight[known]
        loss = -factor * (1 - p) ** self.gamma * torch.log(p + 1e-12)
        if self.reduction == "none":
            return loss
        if self.reduction == "sum" or not counts.any():
            return loss.sum()
        return loss.sum() / factor.sum()
