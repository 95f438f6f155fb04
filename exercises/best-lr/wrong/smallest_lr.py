# fails: lowest - a small learning rate is taken to be safe
import math


def best_lr(runs):
    return min(lr for lr, losses in runs if all(map(math.isfinite, losses)))
