# fails: window - a tenth is rounded up
# says: losses, of which
import math


def best_lr(runs):
    best, best_mean = None, math.inf
    for lr, losses in sorted(runs):
        if not all(math.isfinite(loss) for loss in losses):
            continue
        tail = losses[-math.ceil(len(losses) / 10) :]
        mean = sum(tail) / len(tail)
        if mean < best_mean:
            best, best_mean = lr, mean
    if best is None:
        raise ValueError("all diverged")
    return best
