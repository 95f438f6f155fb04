import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequences):
        if not sequences:
            raise ValueError("no sequence")
        lengths = torch.tensor([len(s) for s in sequences])
        ids = pad_sequence(sequences, batch_first=True)
        x = self.embedding(ids)  # (B, T, E)
        forward, after = self.direction(x, lengths, "", range(ids.shape[1]))
        backward, before = self.direction(x, lengths, "_reverse", reversed(range(ids.shape[1])))
        states = torch.cat([forward, backward], dim=2)
        mean = states.sum(1) / lengths.clamp(min=1).unsqueeze(1)
        return states, mean, torch.cat([after, before], dim=1)

    def direction(self, x, lengths, name, steps):
        wi, wh, bi, bh = (
            getattr(self.gru, f"{kind}_l0{name}")
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        h = x.new_zeros(x.shape[0], wh.shape[1])
        states = [None] * x.shape[1]
        for t in steps:
            ri, zi, ni = (x[:, t] @ wi.T + bi).chunk(3, dim=1)
            rh, zh, nh = (h @ wh.T + bh).chunk(3, dim=1)
            r, z = torch.sigmoid(ri + rh), torch.sigmoid(zi + zh)
            n = torch.tanh(ni + r * nh)
            running = (t < lengths)[:, None]
            h = torch.where(running, (1 - z) * n + z * h, h)
            states[t] = h * running
        stacked = torch.stack(states, dim=1) if states else x.new_zeros(*x.shape[:2], h.shape[1])
        return stacked, h
