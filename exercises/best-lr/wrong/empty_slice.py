# fails: short - losses[-0:] is the whole run
# says: for
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            tail = losses[-(len(losses) // 10) :]
            scores.append((sum(tail) / len(tail), lr))
    return min(scores)[1]
