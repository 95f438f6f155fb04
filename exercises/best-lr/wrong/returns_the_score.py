# fails: lowest - it returns the mean loss instead of the learning rate
# says: learning rate
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            count = max(1, len(losses) // 10)
            scores.append((sum(losses[-count:]) / count, sum(losses[-count:]) / count))
    return min(scores)[1]
