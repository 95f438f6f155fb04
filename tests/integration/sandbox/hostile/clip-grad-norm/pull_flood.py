# expect: crashed
# Pretends to read from a stream, for ever, where there is none.
import json
import os
import struct


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    header = json.dumps({"value": {"d": [["id", 0], ["pull", 1]]}, "tensors": []}).encode()
    payload = struct.pack(">I", len(header)) + header
    for channel in range(3, 64):
        try:
            for _ in range(100):
                os.write(channel, struct.pack(">IB", len(payload) + 1, 4) + payload)
        except OSError:
            pass
