# expect: stalled
# grader: forks
# Thinks for a moment before each batch.
import time

from torch import nn


def build():
    return nn.Linear(10, 3)


def train(batches, seed=0):
    for x, y in batches:
        time.sleep(0.15)
    return build()


def predict(model, x):
    return x
