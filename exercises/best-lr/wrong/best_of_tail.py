# fails: last-step - the lowest loss of the last tenth counts
# says: last step
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            count = max(1, len(losses) // 10)
            scores.append((min(losses[-count:]), lr))
    return min(scores)[1]
