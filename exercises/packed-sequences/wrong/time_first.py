# fails: equal - the GRU takes the samples for time
# says: states is off
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True)

    def forward(self, sequences):
        if not sequences:
            raise ValueError("there is no sequence")
        lengths = torch.tensor([len(s) for s in sequences])
        ids = pad_sequence(sequences, batch_first=True)
        states, final = self.gru(self.embedding(ids))
        states = states * (torch.arange(ids.shape[1]) < lengths[:, None]).unsqueeze(-1)
        mean = states.sum(1) / lengths.unsqueeze(-1)
        return states, mean, states[:, -1]
