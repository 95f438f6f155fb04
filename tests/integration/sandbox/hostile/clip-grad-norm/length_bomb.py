# expect: crashed
# A frame that says it is four gigabytes long.
import os


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for channel in range(3, 64):
        try:
            os.write(channel, b"\xff\xff\xff\xff\x04")
        except OSError:
            pass
