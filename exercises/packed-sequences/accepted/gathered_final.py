import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequences):
        if not sequences:
            raise ValueError("a batch must have a sequence")
        lengths = torch.tensor([s.shape[0] for s in sequences])
        longest = int(lengths.max())
        ids = torch.zeros(len(sequences), max(longest, 1), dtype=torch.long)
        for row, s in zip(ids, sequences):
            row[: len(s)] = s
        packed = pack_padded_sequence(
            self.embedding(ids), lengths.clamp_min(1), batch_first=True, enforce_sorted=False
        )
        out = pad_packed_sequence(self.gru(packed)[0], batch_first=True)[0]
        mask = (torch.arange(out.shape[1])[None] < lengths[:, None]).unsqueeze(-1)
        out = out.masked_fill(~mask, 0.0)
        mean = out.sum(1) / mask.sum(1).clamp(min=1)
        forward, backward = out.chunk(2, dim=-1)
        last = (lengths - 1).clamp(min=0)
        final = torch.cat([forward[torch.arange(len(last)), last], backward[:, 0]], dim=1)
        return out[:, :longest], mean, final
