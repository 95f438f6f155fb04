# expect: crashed
# Reads memory behind the end of the file that it maps.
import mmap
import os

from torch import nn


def build():
    return nn.Linear(10, 3)


def train(batches, seed=0):
    file = os.open("/dev/shm/short", os.O_RDWR | os.O_CREAT)
    os.ftruncate(file, 4096)
    mapped = mmap.mmap(file, 4096)
    os.ftruncate(file, 0)
    return mapped[0]


build = train


def predict(model, x):
    mapped = train(None)
    return mapped
