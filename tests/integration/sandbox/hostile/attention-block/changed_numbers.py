# expect: crashed or timed out or stalled
# grader: forks
# Writes into the number one, which everybody in this process shares.
c = __import__("c" + "types")


class AttentionBlock:
    def __init__(self, dim, heads=8):
        for number in range(257):
            c.c_uint32.from_address(id(number) + 24).value = 1
