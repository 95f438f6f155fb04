# expect: crashed
# grader: forks
# Calls itself for ever.
def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    return clip_grad_norm(parameters, max_norm, norm_type)
