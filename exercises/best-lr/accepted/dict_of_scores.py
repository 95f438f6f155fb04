import math


def best_lr(runs):
    scores = {
        lr: math.fsum(losses[-max(len(losses) // 10, 1) :]) / max(len(losses) // 10, 1)
        for lr, losses in runs
        if math.isfinite(sum(map(abs, losses)))
    }
    if not scores:
        raise ValueError
    lowest = min(scores.values())
    return min(lr for lr, score in scores.items() if score == lowest)
