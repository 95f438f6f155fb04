# expect: wrong
# grader: forks
# What comes back has a type with a name of two megabytes, which ends in the middle of a letter.
from torch import nn


class Heavy(type):
    __name__ = property(lambda self: "\ud83d\0\x1b[2J" + "heavy " * 350_000 + "\udc00")


class Thing(metaclass=Heavy):
    pass


class AttentionBlock(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()

    def load_state_dict(self, state):
        pass

    def forward(self, x, key_padding_mask=None):
        return Thing()
