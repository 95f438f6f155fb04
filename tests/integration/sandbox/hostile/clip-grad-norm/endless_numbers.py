# expect: timed out or too much output
# grader: forks
# As many numbers as an answer may hold, again and again, in the place of answers that are asked for.
import struct

import torch
from bot.inside.solver import solver

NUMBERS = b",".join([b"0"] * 65_000)


def encode(answer, keep=None):
    value = b'{"d":[["id",0],["pull",1],["more",[%s]]]}' % NUMBERS
    header = b'{"value":%s,"tensors":[]}' % value
    return struct.pack(">I", len(header)) + header


def answer(self, request):
    while True:
        self.pipe.send(solver.Frame(solver.Kind.ANSWER, encode(request)))
        self.pipe.receive()


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    solver.Solver.answer = answer
    return torch.tensor(0.0)
