# expect: crashed or timed out
# Children of children.
import os


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    while True:
        os.fork()
