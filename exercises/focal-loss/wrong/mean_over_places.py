# fails: mean - the mean divides by the number of places, whatever they weigh
# says: with weights, the mean is off
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
        ce = F.cross_entropy(logits, target, ignore_index=self.ignore_index, reduction="none")
        loss = (1 - torch.exp(-ce)) ** self.gamma * ce
        if self.weight is not None:
            loss = loss * self.weight[target.masked_fill(target == self.ignore_index, 0)]
        if self.reduction == "none":
            return loss
        keep = target != self.ignore_index
        return loss.sum() / (keep.sum().clamp(min=1) if self.reduction == "mean" else 1)
