# expect: crashed or timed out or stalled
# Turns every descriptor into the one that is printed to.
import os


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for channel in range(3, 64):
        try:
            os.fstat(channel)
        except OSError:
            continue
        os.dup2(2, channel)
