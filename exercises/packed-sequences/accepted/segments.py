import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, unpack_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequences):
        if not sequences:
            raise ValueError("sequences is empty")
        lengths = [len(s) for s in sequences]
        weight = self.embedding.weight
        owner = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))  # (N,)
        count, size = len(lengths), 2 * self.gru.hidden_size
        states = weight.new_zeros(count, max(lengths), size)
        final = weight.new_zeros(count, size)
        if len(owner) == 0:
            return states, final.clone(), final
        words = self.embedding(torch.cat(sequences))  # (N, E)
        full = [part for part in words.split(lengths) if len(part)]
        packed, h = self.gru(pack_sequence(full, enforce_sorted=False))
        flat = torch.cat(unpack_sequence(packed))  # (N, 2H)
        place = torch.cat([torch.arange(n) for n in lengths])
        states = states.index_put((owner, place), flat)
        total = weight.new_zeros(count, size).index_add(0, owner, flat)
        mean = total / torch.tensor(lengths, dtype=weight.dtype).clamp(min=1)[:, None]
        kept = torch.tensor(lengths).nonzero().squeeze(1)
        return states, mean, final.index_put((kept,), h.transpose(0, 1).flatten(1))
