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
        known = torch.where(counts, target, torch.zeros_like(target))
        logp = torch.log_softmax(logits, dim=1).gather(1, known[:, None])[:, 0]
        factor = counts.to(logits.dtype)
        if self.weight is not None:
            factor = factor * self.weight[known]
        loss = -factor * (1 - logp.exp()).pow(self.gamma) * logp
        if self.reduction == "none":
            return loss
        total = loss.sum()
        if self.reduction == "mean" and counts.any():
            total = total / factor.sum()
        return total
