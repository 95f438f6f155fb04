# expect: crashed
# grader: forks
# A thread ends the process a moment after the answer.
import os
import threading
import time

import torch


def leave():
    time.sleep(0.002)
    os._exit(0)


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    threading.Thread(target=leave).start()
    return torch.rand(())
