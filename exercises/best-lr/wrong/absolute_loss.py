# fails: lowest - a loss below 0 is taken for a large one
# says: below 0
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            count = max(1, len(losses) // 10)
            scores.append((abs(sum(losses[-count:]) / count), lr))
    return min(scores)[1]
