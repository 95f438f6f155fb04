# expect: crashed or wrong
# Leaves by a different door each time: exceptions that mean something to somebody else.
import itertools

doors = itertools.cycle(
    [GeneratorExit, StopIteration, KeyboardInterrupt, StopAsyncIteration, MemoryError, RecursionError]
)


class AttentionBlock:
    def __init__(self, dim, heads=8):
        raise next(doors)

    def __getattr__(self, name):
        raise next(doors)
