# fails: window - the end begins at nine tenths, rounded down
import math


def best_lr(runs):
    means = {}
    for lr, losses in runs:
        if all(math.isfinite(loss) for loss in losses):
            tail = losses[int(0.9 * len(losses)) :]
            means[lr] = sum(tail) / len(tail)
    if not means:
        raise ValueError("all diverged")
    return min(means, key=lambda lr: (means[lr], lr))
