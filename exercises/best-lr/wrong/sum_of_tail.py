# fails: lengths - the losses of the tenth are added up and not divided
# says: different lengths
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            count = max(1, len(losses) // 10)
            scores.append((sum(losses[-count:]), lr))
    return min(scores)[1]
