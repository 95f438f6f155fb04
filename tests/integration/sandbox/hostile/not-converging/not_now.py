# expect: crashed
# grader: forks
# None of it is a function: coroutines, generators and classes that cannot be made.
from torch import nn


async def build():
    return nn.Linear(10, 3)


async def train(batches, seed=0):
    return await build()


def predict(model, x):
    yield from x
