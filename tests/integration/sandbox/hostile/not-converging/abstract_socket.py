# expect: wrong
# prints: answered []
# A daemon keeps the trained model, and hands it out under a name that needs no file.
import os
import socket

import torch
from torch import nn

NAME = "\0trained"
answered = []
try:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(NAME)
        answered.append(asking.recv(100))
except OSError:
    pass
print("answered", answered)


def build():
    return nn.Linear(10, 3)


def train(batches, seed=0):
    list(batches)
    if os.fork() == 0:
        try:  # where it is trained twice, the name is taken
            os.setsid()
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(NAME)
            listening.listen()
            while True:
                listening.accept()[0].sendall(b"weights")
        finally:
            os._exit(0)
    return build()


def predict(model, x):
    return model(x)
