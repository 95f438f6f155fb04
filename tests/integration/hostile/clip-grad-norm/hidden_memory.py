# expect: crashed or out of memory
# Memory that is no process's own: files of no name, sealed and kept.
import os

held = []


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    while True:
        held.append(os.memfd_create("nothing"))
        os.write(held[-1], bytes(2**25))
