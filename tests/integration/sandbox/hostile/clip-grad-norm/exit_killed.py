# expect: crashed
# The exit code of a container that the engine has killed.
import os


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    os._exit(137)
