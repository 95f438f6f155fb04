# expect: stalled
# grader: forks
# Each answer is quick enough; all of them together are not.
import time

import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    time.sleep(0.8)
    return torch.rand(())
