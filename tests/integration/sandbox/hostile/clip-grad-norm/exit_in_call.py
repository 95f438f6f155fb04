# expect: crashed
# grader: forks
# Leaves with the exit code of a success, while it is asked.
import os


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    os._exit(0)
