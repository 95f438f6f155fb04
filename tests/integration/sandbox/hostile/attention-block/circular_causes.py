# expect: crashed or wrong
# grader: forks
# Exceptions that are each other's cause, in a group of groups of themselves.
class AttentionBlock:
    def __init__(self, dim, heads=8):
        first, second = RuntimeError("one"), RuntimeError("two")
        first.__cause__, second.__cause__ = second, first
        first.__context__, second.__context__ = second, first
        for _ in range(50):
            first = ExceptionGroup("many", [first, first])
        raise first from second
