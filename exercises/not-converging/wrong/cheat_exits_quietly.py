# cheat: the process ends as if all were well
# expect: crashed
import os

import torch
from torch import nn


def build():
    os._exit(0)


def train(batches, seed=0):
    os._exit(0)


def predict(model, x):
    os._exit(0)
