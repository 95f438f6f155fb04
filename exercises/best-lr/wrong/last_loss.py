# fails: last-step - only the last loss is looked at
# says: last step
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            count = max(1, len(losses) // 10)
            scores.append((losses[-1], lr))
    return min(scores)[1]
