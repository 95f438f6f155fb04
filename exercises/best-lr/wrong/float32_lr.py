# fails: lowest - the learning rate went through a float32 tensor
import torch


def best_lr(runs):
    runs = sorted(runs)
    lrs = torch.tensor([lr for lr, _ in runs])
    scores = torch.full((len(runs),), torch.inf)
    for row, (_, losses) in enumerate(runs):
        losses = torch.tensor(losses)
        if losses.isfinite().all():
            scores[row] = losses[-max(1, len(losses) // 10) :].mean()
    if not scores.isfinite().any():
        raise ValueError("all diverged")
    return lrs[scores.argmin()].item()
