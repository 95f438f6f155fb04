# expect: crashed
# The kernel kills it for the time it has used, with the signal of one that had too much memory.
import resource


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    used = int(resource.getrusage(resource.RUSAGE_SELF).ru_utime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used, used))
    while True:
        pass
