from math import isfinite
from statistics import fmean


def score(losses):
    return fmean(losses[-(len(losses) // 10 or 1) :])


def best_lr(runs):
    sound = [run for run in runs if all(isfinite(loss) for loss in run[1])]
    if not sound:
        raise ValueError("every run diverged")
    return sorted(sound, key=lambda run: (score(run[1]), run[0]))[0][0]
