# expect: crashed
# Sixty thousand lines, and the fault on the last.


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    raise EOFError
