# expect: crashed
# grader: forks
# A number that a class needs before it exists.
class Grader:
    def __class_getitem__(cls, power):
        return 7**power % 10

    LIMIT = 3 ** (10**9)


def clip_grad_norm(parameters, max_norm, norm_type=Grader[10**9]):
    return Grader.LIMIT
