# expect: wrong
# Leaves a process behind that goes on when the submission has been graded.
import os
import time

import torch

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(1)
    os._exit(0)


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = torch.rand_like(parameter.grad)
    return torch.rand(())
