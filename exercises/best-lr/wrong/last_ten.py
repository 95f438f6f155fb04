# fails: window - the last ten losses are taken whatever the length
# says: losses, of which
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            count = max(1, len(losses) // 10)
            scores.append((sum(losses[-10:]) / len(losses[-10:]), lr))
    return min(scores)[1]
