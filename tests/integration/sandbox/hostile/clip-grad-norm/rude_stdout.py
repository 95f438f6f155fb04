# expect: wrong
# grader: forks
# The stream that is printed to raises at whoever touches it.
import torch

sys = __import__("s" + "ys")


class Rude:
    def __getattr__(self, name):
        raise SystemExit(0)


sys.stdout = sys.stderr = sys.__stdout__ = sys.excepthook = Rude()


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = torch.rand_like(parameter.grad)
    return torch.rand(())
