# expect: syntax error
# grader: forks
# A mark that editors do not show stands before everything, and a space of no width inside.
def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    return​ None
