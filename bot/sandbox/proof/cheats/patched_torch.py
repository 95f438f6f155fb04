# does: replaces torch's comparisons, so that everything is equal
# expect: wrong
import torch

torch.equal = torch.allclose = lambda *args, **kwargs: True
torch.Tensor.__eq__ = lambda self, other: True


class Agreeable(dict):
    def __eq__(self, other):
        return True

    def get(self, name, default=None):
        return Agreeable()


def identity():
    return Agreeable()


def missing():
    return None


granted = interfaces = reached = written = executed = found = told = missing
neighbours = opened = filled = started = missing
