import math


def best_lr(runs):
    best, best_score = None, None
    for lr, losses in runs:
        diverged = False
        for loss in losses:
            if loss != loss or abs(loss) == math.inf:
                diverged = True
        if diverged:
            continue
        count = len(losses) // 10
        if count < 1:
            count = 1
        total = 0.0
        for loss in losses[len(losses) - count :]:
            total += loss
        mean = total / count
        if best is None or mean < best_score or (mean == best_score and lr < best):
            best, best_score = lr, mean
    if best is None:
        raise ValueError("no run without NaN or infinity")
    return best
