# fails: lengths - the length of the first run is taken for all
# says: different lengths
import math


def best_lr(runs):
    if not runs:
        raise ValueError("no runs")
    count = max(1, len(runs[0][1]) // 10)
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            tail = losses[-count:]
            scores.append((sum(tail) / len(tail), lr))
    return min(scores)[1]
