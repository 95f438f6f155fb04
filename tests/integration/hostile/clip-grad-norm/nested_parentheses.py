# expect: syntax error
# Thirty thousand parentheses around a number.
def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    return 1
