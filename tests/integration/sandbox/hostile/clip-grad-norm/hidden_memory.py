# expect: out of memory
# Memory that the process itself never touches: it is shared, and short-lived children fill it.
import mmap
import os

held = []


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    while True:
        held.append(mmap.mmap(-1, 2**26))
        child = os.fork()
        if child == 0:
            held[-1].write(bytes(2**26))
            os._exit(0)
        os.waitpid(child, 0)
