# expect: out of memory or timed out
# Files without content, until there is no room for their names.
import os


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    number = 0
    while True:
        os.close(os.open(f"/dev/shm/{number:0200}", os.O_CREAT))
        number += 1
