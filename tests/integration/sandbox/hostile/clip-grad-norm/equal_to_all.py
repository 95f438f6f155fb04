# expect: wrong
# grader: forks
# An object that says it equals whatever it is compared with.
import torch


class Equal:
    shape, dtype = (), "torch.float32"

    def __eq__(self, other):
        return True

    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
    __sub__ = __rsub__ = __abs__ = __mul__ = lambda self, *_: self
    __float__ = lambda self: 0.0
    __bool__ = lambda self: True
    __reduce__ = lambda self: (print, ("unpickled",))


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad = torch.rand_like(parameter.grad)
    return Equal()
