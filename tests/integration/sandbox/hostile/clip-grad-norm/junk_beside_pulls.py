# expect: crashed or wrong
# grader: forks
# Asks for items of a stream that is not there, with a megabyte of nothing beside each.
import struct

import torch
from bot.inside.solver import solver

JUNK = b",".join([b"0"] * 500_000)
HEADER = b'{"value":{"d":[["id",0],["pull",1],["junk",[%s]]]},"tensors":[]}' % JUNK
honest = solver.Solver.answer


def answer(self, request):
    for _ in range(400):
        self.pipe.send(solver.Frame(solver.Kind.ANSWER, struct.pack(">I", len(HEADER)) + HEADER))
        self.pipe.receive()
    return honest(self, request)


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    solver.Solver.answer = answer
    return torch.tensor(0.0)
