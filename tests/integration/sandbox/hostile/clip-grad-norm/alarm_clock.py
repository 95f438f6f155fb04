# expect: crashed
# grader: forks
# An alarm rings all the time, also while nobody has asked anything.
import signal


def ring(number, frame):
    raise KeyboardInterrupt


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
