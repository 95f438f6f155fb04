# fails: window - a tenth is rounded to the nearest whole number
# says: count, it does not choose
import math


def best_lr(runs):
    def score(losses):
        count = max(1, round(len(losses) / 10))
        return sum(losses[-count:]) / count

    left = [(lr, losses) for lr, losses in runs if all(map(math.isfinite, losses))]
    if not left:
        raise ValueError("all diverged")
    return min(left, key=lambda run: (score(run[1]), run[0]))[0]
