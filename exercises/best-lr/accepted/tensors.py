import torch


def best_lr(runs):
    lrs, means = [], []
    for lr, losses in sorted(runs):
        curve = torch.tensor(losses, dtype=torch.float64)  # (steps,)
        if torch.isfinite(curve).all():
            lrs.append(lr)
            means.append(curve[-max(1, curve.numel() // 10) :].mean())
    if not lrs:
        raise ValueError("all diverged")
    scores = torch.stack(means)
    return lrs[int((scores == scores.min()).nonzero()[0])]
