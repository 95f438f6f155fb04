# fails: end - the mean of the whole run counts
# says: begin highest
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            count = max(1, len(losses) // 10)
            scores.append((sum(losses) / len(losses), lr))
    return min(scores)[1]
