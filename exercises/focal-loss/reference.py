import torch
from torch import Tensor, nn
from torch.nn import functional


class FocalLoss(nn.Module):
    def __init__(
        self,
        gamma: float = 2.0,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        if reduction not in ("none", "mean", "sum"):
            raise ValueError(f"there is no reduction {reduction!r}")
        self.gamma, self.ignore_index, self.reduction = gamma, ignore_index, reduction
        self.register_buffer("weight", weight)

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        ce = functional.cross_entropy(
            logits, target, ignore_index=self.ignore_index, reduction="none"
        )  # (N, ...), 0 where ignored
        counts = (target != self.ignore_index).to(logits.dtype)  # (N, ...)
        if self.weight is not None:
            counts = counts * self.weight[target.masked_fill(counts == 0, 0)]
        losses = counts * (1 - torch.exp(-ce)) ** self.gamma * ce
        if self.reduction == "none":
            return losses
        if self.reduction == "sum" or not counts.any():
            return losses.sum()
        return losses.sum() / counts.sum()
