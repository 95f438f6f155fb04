# expect: crashed
# grader: forks
# Changes the solver itself: every comparison it might make, and the values it sends.
import torch

from bot.inside.solver import solver

from bot.wire import values

honest = values.encode


def flattering(value, *, keep=None):
    if isinstance(value, dict) and "raised" in value:
        value = {"id": value["id"], "value": None}
    return honest(value, keep=keep)


values.encode = solver.encode = flattering
solver.Solver.do_get = lambda self, target, path, keep=0: torch.rand(())
solver.Solver.do_fetch = lambda self, targets: [torch.rand(()) for _ in targets]


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    raise ValueError("nobody will see this")
