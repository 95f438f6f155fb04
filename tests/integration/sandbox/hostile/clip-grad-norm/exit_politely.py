# expect: crashed
# grader: forks
# SystemExit, which many a runner takes for a success.
def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    raise SystemExit(0)
