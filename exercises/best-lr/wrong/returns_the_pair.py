# fails: lowest - it returns the learning rate together with its score
# says: a tuple of 2
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        if all(math.isfinite(loss) for loss in losses):
            tail = losses[-max(1, len(losses) // 10) :]
            scores.append((lr, sum(tail) / len(tail)))
    if not scores:
        raise ValueError("all diverged")
    return min(scores, key=lambda pair: (pair[1], pair[0]))
