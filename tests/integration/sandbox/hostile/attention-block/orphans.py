# expect: crashed
# Leaves at once, while its children keep the channels open and go on talking.
import os
import time


class AttentionBlock:
    def __init__(self, dim, heads=8):
        for _ in range(5):
            if os.fork() == 0:
                os.setsid()
                while True:
                    os.write(2, b".")
                    time.sleep(0.01)
        os._exit(0)
