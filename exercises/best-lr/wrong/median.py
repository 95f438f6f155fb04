# fails: window - the median of the tenth is taken
# says: losses, of which
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            count = max(1, len(losses) // 10)
            scores.append((sorted(losses[-count:])[count // 2], lr))
    return min(scores)[1]
