"""Graded on each GPU by `freehand sandbox check`."""

import torch


def device(x):
    made = torch.ones(1)
    return x.device.type if x.device == made.device else f"{x.device} and {made.device}"


def total(x):
    return x.sum()


def devices():
    return torch.cuda.device_count()
