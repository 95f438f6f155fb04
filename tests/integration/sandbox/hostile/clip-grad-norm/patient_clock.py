# expect: timed out
# grader: forks
# Stops every clock it can reach, and goes on for ever.
import signal
import time

time.time = time.monotonic = time.perf_counter = time.sleep = lambda *_: 0.0
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    while True:
        pass
