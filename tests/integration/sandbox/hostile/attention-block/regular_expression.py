# expect: timed out
# grader: forks
# A regular expression that tries everything twice for each letter.
import re


class AttentionBlock:
    def __init__(self, dim, heads=8):
        assert re.match(r"(a|a)+$", "a" * 64 + "b")
