# expect: wrong
# grader: forks
# In place of tensors: handles of things that are not there, streams and generators.
from bot.inside.solver import solver
from torch import nn

from bot.wire.values import Generator, Handle, StreamRef

honest = solver.encode
KINDS = [Handle(10**9, "Tensor"), StreamRef(7), Generator((Handle(-1), StreamRef(-1)))]


def encode(answer, keep=None):
    if answer.get("value") == "kind":
        answer["value"] = KINDS[answer["id"] % 3]
    return honest(answer, keep=keep)


solver.encode = encode


class AttentionBlock(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x, key_padding_mask=None):
        return "kind"
