# expect: too much output
# Prints for ever.
import os


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    while True:
        os.write(2, b"9 passed in 0.01s\n" * 1000)
