# does: writes answers by itself, to every descriptor it has
# expect: crashed or wrong
import os
import struct

for number in range(1, 50):
    payload = b'{"id": %d, "value": []}' % number
    for descriptor in range(3, 12):
        try:
            os.write(descriptor, struct.pack(">IB", len(payload) + 1, 4) + payload)
        except OSError:
            pass
