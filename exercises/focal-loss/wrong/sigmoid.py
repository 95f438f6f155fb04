# fails: gamma-zero - each class has a sigmoid of its own, as in the paper for detectors
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
        hot = F.one_hot(target.clamp(min=0), logits.shape[1]).to(logits.dtype)
        ce = F.binary_cross_entropy_with_logits(logits, hot, reduction="none").sum(1)
        loss = (1 - torch.exp(-ce)) ** self.gamma * ce
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
