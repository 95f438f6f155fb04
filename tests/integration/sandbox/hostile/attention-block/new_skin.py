# expect: wrong or crashed or stalled
# Becomes another program that keeps the channels and answers everything with yes.
import os
import struct

sys = __import__("s" + "ys")
HEADER = b'{"value": {"d": [["id", 3], ["value", true]]}, "tensors": []}'
ANSWER = struct.pack(">I", len(HEADER)) + HEADER
FRAME = struct.pack(">IB", len(ANSWER) + 1, 4) + ANSWER
PROGRAM = f"""
import os, time
for channel in range(3, 32):
    try:
        os.write(channel, {FRAME!r} * 100)
    except OSError:
        pass
time.sleep(60)
"""


class AttentionBlock:
    def __init__(self, dim, heads=8):
        for channel in range(3, 32):
            try:
                os.set_inheritable(channel, True)
            except OSError:
                pass
        os.execv(sys.executable, [sys.executable, "-c", PROGRAM])
