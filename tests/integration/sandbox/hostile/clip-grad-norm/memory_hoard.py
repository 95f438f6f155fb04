# expect: out of memory
# Keeps all the memory it can get.
import torch

hoard = []


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    while True:
        hoard.append(torch.ones(16 * 2**20))
