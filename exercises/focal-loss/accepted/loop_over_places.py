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
        flat = logits.unsqueeze(-1).flatten(2)
        goals = target.unsqueeze(-1).flatten(1)
        losses, divisor = [], 0.0
        for i in range(goals.shape[0]):
            for j in range(goals.shape[1]):
                t = goals[i, j].item()
                if t == self.ignore_index:
                    losses.append(flat[i, 0, j] * 0)
                    continue
                w = 1.0 if self.weight is None else self.weight[t]
                logp = flat[i, t, j] - flat[i, :, j].logsumexp(0)
                losses.append(-w * (1 - logp.exp()) ** self.gamma * logp)
                divisor = divisor + w
        if not losses:
            empty = logits.sum() * 0
            return logits.new_zeros(target.shape) + empty if self.reduction == "none" else empty
        loss = torch.stack(losses).reshape(target.shape)
        if self.reduction == "none":
            return loss
        if self.reduction == "mean" and divisor > 0:
            return loss.sum() / divisor
        return loss.sum()
