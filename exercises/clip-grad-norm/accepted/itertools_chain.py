import itertools as it
import functools
import operator

import torch


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    grads = list(filter(lambda g: g is not None, map(operator.attrgetter("grad"), parameters)))
    if not grads:
        return torch.tensor(0.0)
    flat = torch.stack(list(it.chain.from_iterable(g.reshape(-1).unbind() for g in grads)))
    if norm_type == float("inf"):
        norm = functools.reduce(torch.maximum, (v.abs() for v in flat))
    else:
        norm = functools.reduce(operator.add, (v.abs() ** norm_type for v in flat)) ** (
            1 / norm_type
        )
    if norm.isfinite() and norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm
