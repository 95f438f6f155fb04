import torch
from torch import nn


class FocalLoss(nn.CrossEntropyLoss):
    def __init__(self, gamma=2.0, weight=None, ignore_index=-100, reduction="mean"):
        if reduction not in {"none", "mean", "sum"}:
            raise ValueError("reduction must be none, mean or sum")
        super().__init__(weight, ignore_index=ignore_index, reduction=reduction)
        self.gamma = gamma

    def forward(self, logits, target):
        options = {"ignore_index": self.ignore_index, "reduction": "none"}
        plain = nn.functional.cross_entropy(logits, target, **options)
        weighted = nn.functional.cross_entropy(logits, target, self.weight, **options)
        loss = (1.0 - (-plain).exp()) ** self.gamma * weighted
        if self.reduction == "none":
            return loss
        if self.reduction == "sum":
            return loss.sum()
        kept = target[target != self.ignore_index]
        if kept.numel() == 0:
            return loss.sum()
        return loss.sum() / (kept.numel() if self.weight is None else self.weight[kept].sum())
