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
        rows = logits.movedim(1, -1).flatten(0, -2)
        goals = target.flatten()
        keep = goals != self.ignore_index
        ce = F.cross_entropy(rows[keep], goals[keep], reduction="none")
        loss = ce * (1 - torch.exp(-ce)) ** self.gamma
        weights = torch.ones_like(ce)
        if self.weight is not None:
            weights = self.weight[goals[keep]]
            loss = loss * weights
        if self.reduction == "none":
            full = torch.zeros_like(goals, dtype=logits.dtype)
            return full.masked_scatter(keep, loss).reshape(target.shape)
        if self.reduction == "sum" or not len(ce):
            return loss.sum()
        return loss.sum() / weights.sum()
