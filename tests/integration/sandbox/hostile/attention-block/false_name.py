# expect: crashed
# grader: forks
# An exception of another kind under the name of the right one.
Wished = type("ValueError", (SystemExit,), {"__module__": "builtins"})


class AttentionBlock:
    def __init__(self, dim, heads=8):
        raise Wished(0)
