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
        if weight is None:
            self.weight = None
        else:
            self.register_buffer("weight", weight)

    def forward(self, logits, target):
        classes = logits.shape[1]
        x = logits.movedim(1, -1)
        keep = target.ne(self.ignore_index)
        hot = F.one_hot(target * keep, classes).to(x.dtype) * keep.unsqueeze(-1)
        if self.weight is not None:
            hot = hot * self.weight
        logp = x - x.logsumexp(-1, keepdim=True)
        loss = (hot * -(torch.expm1(logp).neg().clamp(min=0) ** self.gamma) * logp).sum(-1)
        if self.reduction == "none":
            return loss
        if self.reduction == "sum":
            return loss.sum()
        divisor = hot.sum()
        return loss.sum() / torch.where(divisor > 0, divisor, torch.ones_like(divisor))
