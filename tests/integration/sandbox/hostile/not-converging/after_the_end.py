# expect: crashed
# grader: forks
# Goes through the batches again and again, and keeps them for later.
from torch import nn

kept = []


def build():
    for batches in kept:
        for x, y in batches:
            raise RuntimeError("there was more to be had")
    return nn.Linear(10, 3)


def train(batches, seed=0):
    kept.append(batches)
    rounds = [len(list(batches)) for _ in range(5)]
    raise RuntimeError(f"rounds {[count for count in rounds[1:] if count]}")


def predict(model, x):
    return model(next(kept[0])[0])
