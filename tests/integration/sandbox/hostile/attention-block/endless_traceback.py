# expect: timed out or out of memory
# An error whose way back never ends.
class Step:
    tb_lineno = 1

    class tb_frame:
        f_lineno = 1

        class f_code:
            co_filename, co_name = "submission.py", "x" * 10**6

    @property
    def tb_next(self):
        return self


class Lost(Exception):
    __traceback__ = property(lambda self: Step())


class AttentionBlock:
    def __init__(self, dim, heads=8):
        raise Lost
