# expect: crashed
# grader: forks
# An answer whose number is a tensor: it neither is nor is not the one that is waited for.
import os
import struct

import torch
from torch import nn

from bot.wire.values import encode

ANSWER = encode({"id": torch.zeros(2), "value": ["build", "train", "predict"]})
for channel in range(3, 64):
    try:
        os.write(channel, struct.pack(">IB", len(ANSWER) + 1, 4) + ANSWER)
    except OSError:
        pass


def build():
    return nn.Linear(10, 3)


def train(batches, seed=0):
    return build()


def predict(model, x):
    return x
