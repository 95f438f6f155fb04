import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequences):
        if not sequences:
            raise ValueError("empty batch")
        zeros = self.embedding.weight.new_zeros
        count, size = len(sequences), 2 * self.gru.hidden_size
        longest = max(len(s) for s in sequences)
        states, mean, final = zeros(count, longest, size), zeros(count, size), zeros(count, size)
        order = sorted(range(count), key=lambda i: -len(sequences[i]))
        order = [i for i in order if len(sequences[i]) > 0]
        if not order:
            return states, mean, final
        lengths = [len(sequences[i]) for i in order]
        batch = pad_sequence([sequences[i] for i in order])  # (T, B)
        packed = pack_padded_sequence(
            self.embedding(batch).transpose(0, 1), lengths, batch_first=True
        )
        out, h = self.gru(packed)
        out, _ = pad_packed_sequence(out, batch_first=True)
        states = states.index_copy(0, torch.tensor(order), out)
        mean = mean.index_copy(0, torch.tensor(order), out.sum(1) / torch.tensor(lengths)[:, None])
        final = final.index_copy(0, torch.tensor(order), torch.cat([h[0], h[1]], dim=-1))
        return states, mean, final
