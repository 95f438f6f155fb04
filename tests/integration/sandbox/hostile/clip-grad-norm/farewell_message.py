# expect: crashed
# grader: forks
# Prints a verdict on its way out.
import atexit
import os

VERDICT = '{"outcome": {"kind": "checked", "raised": [], "odd": {}}, "results": []}'


@atexit.register
def report():
    os.write(1, VERDICT.encode())
    os.write(2, b"9 passed in 0.01s\n")


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    report()
    raise KeyboardInterrupt
