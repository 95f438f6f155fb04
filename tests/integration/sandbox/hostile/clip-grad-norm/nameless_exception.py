# expect: crashed
# grader: forks
# An exception whose class has no name, nor any other attribute.
class Nameless(type):
    __name__ = property(lambda self: 1 / 0)


class Nothing(BaseException, metaclass=Nameless):
    def __getattribute__(self, name):
        raise self


def clip_grad_norm(parameters, max_norm, norm_type=2.0):
    raise Nothing
