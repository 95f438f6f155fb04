import torch
from torch import nn


class Focal(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, hot, gamma):
        logp = logits.log_softmax(1)
        p = (logp.exp() * hot).sum(1)
        log = (logp * hot).sum(1)
        ctx.save_for_backward(logp.exp(), hot, p, log)
        ctx.gamma = gamma
        return -((1 - p) ** gamma) * log

    @staticmethod
    def backward(ctx, upstream):
        probs, hot, p, log = ctx.saved_tensors
        slope = (1 - p) ** ctx.gamma
        if ctx.gamma:
            slope = slope - ctx.gamma * (1 - p) ** (ctx.gamma - 1) * p * log
        return (upstream * slope).unsqueeze(1) * (probs - hot), None, None


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__()
        if reduction != "none" and reduction != "mean" and reduction != "sum":
            raise ValueError("no such reduction")
        self.register_buffer("weight", weight)
        self.gamma, self.ignore_index, self.reduction = gamma, ignore_index, reduction

    def forward(self, logits, target):
        keep = target != self.ignore_index
        known = target.clone()
        known[~keep] = 0
        hot = torch.zeros_like(logits).scatter_(1, known.unsqueeze(1), 1.0)
        factor = keep.to(logits)
        if self.weight is not None:
            factor = factor * self.weight.gather(0, known.flatten()).view_as(known)
        loss = Focal.apply(logits, hot, self.gamma) * factor
        if self.reduction == "none":
            return loss
        return loss.sum() / (factor.sum() if self.reduction == "mean" and keep.any() else 1)
