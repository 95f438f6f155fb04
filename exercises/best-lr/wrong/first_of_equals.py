# fails: ties - the first of equal scores wins
# says: equal scores
import math


def best_lr(runs):
    best, lowest = None, math.inf
    for lr, losses in runs:
        if not all(math.isfinite(loss) for loss in losses):
            continue
        tail = losses[-max(1, len(losses) // 10) :]
        mean = sum(tail) / len(tail)
        if mean < lowest:
            best, lowest = lr, mean
    if best is None:
        raise ValueError("all diverged")
    return best
