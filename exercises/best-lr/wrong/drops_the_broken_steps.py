# fails: diverged - the broken losses are left out instead of the run
import math


def best_lr(runs):
    scores = []
    for lr, losses in runs:
        losses = [loss for loss in losses if math.isfinite(loss)]
        if losses:
            tail = losses[-max(1, len(losses) // 10) :]
            scores.append((sum(tail) / len(tail), lr))
    return min(scores)[1]
