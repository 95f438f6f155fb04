import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True)

    def forward(self, sequences):
        if not sequences:
            raise ValueError("no sequence")
        lengths = torch.tensor([len(s) for s in sequences])
        ids = nn.functional.pad(pad_sequence(sequences), (0, 0, 0, 1))  # (T + 1, B)
        packed = pack_padded_sequence(self.embedding(ids), lengths.clamp(1), enforce_sorted=False)
        states, h = self.gru(packed)
        states, _ = pad_packed_sequence(states, total_length=len(ids))
        mask = torch.arange(len(ids)).unsqueeze(1) < lengths  # (T + 1, B)
        states = torch.einsum("tbh,tb->bth", states, mask.to(states.dtype))[:, :-1]
        mean = states.sum(1).div(lengths.clamp(1).unsqueeze(1))
        return [states, mean, torch.cat((h[0], h[1]), 1) * lengths.gt(0).unsqueeze(1)]
