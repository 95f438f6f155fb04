# fails: ties - the largest of equal learning rates wins
# says: equal scores
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            tail = losses[-max(1, len(losses) // 10) :]
            scores.append((sum(tail) / len(tail), -lr))
    return -min(scores)[1]
