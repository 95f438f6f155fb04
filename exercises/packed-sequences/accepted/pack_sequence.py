import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequences):
        if not sequences:
            raise ValueError("no sequences")
        full = [i for i, s in enumerate(sequences) if len(s)]
        width = self.gru.hidden_size
        like = self.embedding.weight
        longest = max(map(len, sequences))
        states = torch.zeros(len(sequences), longest, 2 * width, dtype=like.dtype)
        final = torch.zeros(len(sequences), 2 * width, dtype=like.dtype)
        if full:
            ids = pack_sequence([sequences[i] for i in full], enforce_sorted=False)
            packed = ids._replace(data=self.embedding(ids.data))
            out, h = self.gru(packed)
            states[full] = pad_packed_sequence(out, batch_first=True, total_length=longest)[0]
            final[full] = h.permute(1, 0, 2).reshape(len(full), -1)
        lengths = torch.tensor([max(len(s), 1) for s in sequences])
        return states, states.sum(dim=1) / lengths.unsqueeze(1), final
