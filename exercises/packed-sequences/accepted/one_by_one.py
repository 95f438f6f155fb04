import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequences):
        if len(sequences) == 0:
            raise ValueError("nothing to encode")
        size = 2 * self.gru.hidden_size
        zeros = self.embedding.weight.new_zeros
        states, means, finals = [], [], []
        for ids in sequences:
            if len(ids) == 0:
                states.append(zeros(0, size))
                means.append(zeros(size))
                finals.append(zeros(size))
                continue
            out, last = self.gru(self.embedding(ids))  # (L, 2H), (2, H)
            states.append(out)
            means.append(out.mean(0))
            finals.append(last.reshape(-1))
        return pad_sequence(states, batch_first=True), torch.stack(means), torch.stack(finals)
