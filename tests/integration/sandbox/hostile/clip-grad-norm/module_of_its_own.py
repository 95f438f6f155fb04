# expect: wrong
# grader: forks
# Not a function in sight: the module makes up whatever it is asked for.
def __getattr__(name):
    return lambda *args, **kwargs: True


def __dir__():
    return ["clip_grad_norm"]


if __name__ in ("__main__", "submission"):
    globals().pop("clip_grad_norm", None)
