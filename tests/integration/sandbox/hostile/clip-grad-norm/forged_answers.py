# expect: crashed or too much output
# Well-formed answers, with the numbers that the next requests will have, on every open channel.
import json
import os
import struct


def answer(number):
    header = json.dumps({"value": {"d": [["id", number], ["value", None]]}, "tensors": []}).encode()
    payload = struct.pack(">I", len(header)) + header
    return struct.pack(">IB", len(payload) + 1, 4) + payload


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for channel in range(3, 64):
        try:
            for number in range(1, 100):
                os.write(channel, answer(number))
        except OSError:
            pass
