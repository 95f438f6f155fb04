import torch, math
import torch.nn as nn


class CausalTemporalAttention(nn.Module):
    def __init__(self, dim, heads, window=None):
        super().__init__()
        if dim % heads:
            raise ValueError("no")
        self.heads = heads
        self.window = window
        self.d = dim // heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.register_buffer("mask", torch.ones(64, 64).tril().bool())

    def forward(self, x):
        B, T, S, C = x.shape
        q, k, v = self.qkv(x).chunk(3, -1)
        f = lambda z: z.reshape(B, T, S, self.heads, self.d).permute(0, 2, 3, 1, 4)
        q, k, v = f(q), f(k), f(v)
        a = (q / self.d**0.5) @ k.transpose(-1, -2)
        m = self.mask[:T, :T]
        if self.window:
            m = m & ~torch.ones(T, T).tril(-self.window).bool()
        a = a.masked_fill(m.logical_not(), torch.finfo(a.dtype).min)
        o = torch.softmax(a, -1) @ v
        return self.out(o.permute(0, 3, 1, 2, 4).reshape(B, T, S, C))

    @torch.no_grad()
    def step(self, frame, state=None):
        hist = [frame] if state is None else state + [frame]
        if self.window:
            hist = hist[-self.window :]
        return self(torch.stack(hist, 1))[:, -1], hist
