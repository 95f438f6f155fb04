# expect: wrong
# prints: made []
# Asks for every kind of socket but the ordinary ones.
import socket

from torch import nn

RAW, PACKET = 3, 2
ODD = [(16, RAW, protocol) for protocol in (4, 6, 9, 12, 15, 16)]  # netlink, but for routes
ODD += [(17, RAW, 3), (38, 5, 0), (40, 1, 0), (31, RAW, 0), (29, RAW, 0), (30, 5, 0), (15, RAW, 0)]
ODD += [(2, RAW, 1), (10, RAW, 58), (44, RAW, 0), (3, PACKET, 0), (5, PACKET, 0), (21, 5, 0)]
made = []
for family, kind, protocol in ODD:
    try:
        made.append((family, protocol, socket.socket(family, kind, protocol)))
    except OSError:
        pass
print("made", [(family, protocol) for family, protocol, _ in made])


class AttentionBlock(nn.Module):
    def __init__(self, dim, heads=8):
        super().__init__()

    def load_state_dict(self, state):
        pass

    def forward(self, x, key_padding_mask=None):
        return len(made)
