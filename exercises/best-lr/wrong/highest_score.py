# fails: lowest - the highest score wins, as if it were an accuracy
# says: learning rate
import math


def best_lr(runs):
    scores = {}
    for lr, losses in runs:
        if all(map(math.isfinite, losses)):
            tail = losses[-max(1, len(losses) // 10) :]
            scores[lr] = sum(tail) / len(tail)
    if not scores:
        raise ValueError("all diverged")
    return max(scores, key=scores.get)
