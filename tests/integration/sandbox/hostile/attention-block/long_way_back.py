# expect: crashed
# grader: forks
# An error that happened on a hundred thousand lines, each of them a tensor.
import json
import os
import struct

from bot.inside.solver import solver

LINES = [{"x": 0}] * 100_000
honest = solver.encode


def encode(answer, keep=None):
    raised = {"d": [["type", "Error"], ["message", ""], ["lines", LINES]]}
    tree = {"d": [["id", answer["id"]], ["raised", raised]]}
    header = json.dumps({"value": tree, "tensors": [["f32", [900]]]}).encode()
    return struct.pack(">I", len(header)) + header + os.urandom(3600)


solver.encode = encode


class AttentionBlock:
    pass
