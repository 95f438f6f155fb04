# fails: order - sorting is undone by the same order once more, instead of its inverse
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
        lengths = torch.tensor([len(s) for s in sequences])
        order = lengths.argsort(descending=True)
        padded = pad_sequence([sequences[i] for i in order], batch_first=True)
        packed = pack_padded_sequence(self.embedding(padded), lengths[order], batch_first=True)
        states, final = self.gru(packed)
        states, _ = pad_packed_sequence(states, batch_first=True)
        mean = states.sum(1) / lengths[order].unsqueeze(-1)
        final = final.transpose(0, 1).flatten(1)
        return states[order], mean[order], final[order]
