# expect: crashed
# grader: forks
# Recursion through code that is not Python's, until its stack is full.
raise_limit = getattr(__import__("s" + "ys"), "setrecursion" + "limit")


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    raise_limit(10**9)
    return max(parameters, key=lambda parameter: clip_grad_norm([parameter], max_norm))
