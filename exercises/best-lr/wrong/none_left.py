# fails: none-left - it returns NaN where every run diverged
# says: raised nothing
import math


def best_lr(runs):
    best = math.nan
    lowest = math.inf
    for lr, losses in sorted(runs):
        if all(map(math.isfinite, losses)):
            tail = losses[-max(1, len(losses) // 10) :]
            if sum(tail) / len(tail) < lowest:
                best, lowest = lr, sum(tail) / len(tail)
    return best
