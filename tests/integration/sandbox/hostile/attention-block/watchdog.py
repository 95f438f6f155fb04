# expect: crashed
# grader: forks
# A thread of the interpreter's own, below all of Python, ends the process.
import faulthandler


class AttentionBlock:
    def __init__(self, dim, heads=8):
        faulthandler.dump_traceback_later(0.05, exit=True)
        while True:
            pass
