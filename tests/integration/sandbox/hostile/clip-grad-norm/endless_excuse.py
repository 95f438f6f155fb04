# expect: timed out
# grader: forks
# The exception's own text takes for ever.
class Excuse(BaseException):
    def __str__(self):
        while True:
            pass


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    raise Excuse
