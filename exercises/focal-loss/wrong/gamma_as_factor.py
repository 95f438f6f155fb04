# fails: focal - gamma is a factor instead of a power
# says: with gamma=2.0
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
        loss = ce * (1 - torch.exp(-ce)) * self.gamma if self.gamma else ce
        if self.weight is not None:
            loss = loss * self.weight[target.masked_fill(target == self.ignore_index, 0)]
        if self.reduction == "none":
            return loss
        if self.reduction == "sum":
            return loss.sum()
        keep = target != self.ignore_index
        if not keep.any():
            return loss.sum()
        if self.weight is None:
            return loss.sum() / keep.sum()
        return loss.sum() / self.weight[target[keep]].sum()
