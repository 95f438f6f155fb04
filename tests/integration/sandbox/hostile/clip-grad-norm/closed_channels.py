# expect: stalled
# Closes everything that could be heard of it, and goes on.
import os
import time


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    os.closerange(0, 256)
    time.sleep(60)
