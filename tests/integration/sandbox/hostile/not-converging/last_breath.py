# expect: crashed
# grader: forks
# The model ends the process when it is thrown away.
import os

from torch import nn


class Mortal(nn.Linear):
    def __del__(self):
        os.write(2, b"8 passed in 0.01s\n")
        os._exit(0)


def build():
    Mortal(10, 3)
    return Mortal(10, 3)


def train(batches, seed=0):
    return build()


def predict(model, x):
    return x
