# fails: final - the states are put back in order, the final states are not
# says: final is off
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
            raise ValueError("there is no sequence")
        lengths, order = torch.tensor([len(s) for s in sequences]).sort(descending=True)
        padded = pad_sequence([sequences[i] for i in order], batch_first=True)
        packed = pack_padded_sequence(self.embedding(padded), lengths, batch_first=True)
        states, final = self.gru(packed)
        states, _ = pad_packed_sequence(states, batch_first=True)
        back = order.argsort()
        mean = states.sum(1) / lengths.unsqueeze(-1)
        return states[back], mean[back], final.transpose(0, 1).flatten(1)
