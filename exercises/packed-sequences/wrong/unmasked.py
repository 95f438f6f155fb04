# fails: neighbours - the GRU runs over the padding, and nothing is masked
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
        states, final = self.gru(self.embedding(pad_sequence(sequences, batch_first=True)))
        return states, states.mean(dim=1), final.transpose(0, 1).flatten(1)
