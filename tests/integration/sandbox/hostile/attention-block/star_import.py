# expect: not allowed
# grader: forks
# The forbidden class, without its name standing anywhere in an import.
from torch.nn.modules.activation import *


class AttentionBlock(MultiheadAttention):
    pass
