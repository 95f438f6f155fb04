import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_sequence, unpack_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequences):
        if not sequences:
            raise ValueError("no sequences")
        lengths = [len(s) for s in sequences]
        filled = [s if len(s) else s.new_zeros(1) for s in sequences]
        embedded = [self.embedding(s) for s in filled]
        out, h = self.gru(pack_sequence(embedded, enforce_sorted=False))
        rows = [row[:n] for row, n in zip(unpack_sequence(out), lengths)]
        kept = torch.tensor([n > 0 for n in lengths]).unsqueeze(-1)
        mean = torch.stack([row.sum(0) / max(len(row), 1) for row in rows])
        final = torch.where(kept, torch.cat(list(h), dim=1), 0.0)
        return pad_sequence(rows, batch_first=True), mean, final
