# fails: diverged - only the last tenth is looked at for NaN
# says: at the first
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        tail = losses[-max(1, len(losses) // 10) :]
        mean = sum(tail) / len(tail)
        if math.isfinite(mean):
            scores.append((mean, lr))
    return min(scores)[1]
