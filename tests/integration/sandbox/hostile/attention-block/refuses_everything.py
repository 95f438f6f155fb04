# expect: crashed
# grader: forks
# A constructor that raises the one error that is wished for somewhere, always.
class AttentionBlock:
    def __new__(cls, *args, **kwargs):
        raise ValueError("heads must divide dim")
