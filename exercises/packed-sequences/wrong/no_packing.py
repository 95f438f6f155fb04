# fails: neighbours - the GRU runs over the padding, and its backward direction begins there
# says: states is off
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
            raise ValueError("there is no sequence")
        lengths = torch.tensor([len(s) for s in sequences])
        ids = pad_sequence(sequences, batch_first=True)  # (B, T)
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).unsqueeze(-1)  # (B, T, 1)
        states, _ = self.gru(self.embedding(ids))
        states = states * mask
        mean = states.sum(1) / lengths.clamp(min=1).unsqueeze(-1)
        forward, backward = states.chunk(2, dim=-1)
        last = forward[torch.arange(len(ids)), lengths - 1]
        return states, mean, torch.cat([last, backward[:, 0]], dim=-1)
