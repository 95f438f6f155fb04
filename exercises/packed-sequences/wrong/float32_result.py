# fails: forms - the result is put into float32 tensors
# says: float64
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
        ids = pad_sequence(sequences, batch_first=True)
        ids = ids if ids.shape[1] else ids.new_zeros(len(ids), 1)
        packed = pack_padded_sequence(
            self.embedding(ids), lengths.clamp(min=1), batch_first=True, enforce_sorted=False
        )
        states, final = self.gru(packed)
        states, _ = pad_packed_sequence(states, batch_first=True)
        states = states * (torch.arange(states.shape[1]) < lengths[:, None]).unsqueeze(-1)
        mean = states.sum(1) / lengths.clamp(min=1).unsqueeze(-1)
        final = torch.cat([final[0], final[1]], dim=-1) * (lengths > 0).unsqueeze(-1)
        result = torch.zeros(len(ids), int(lengths.max()), states.shape[-1])
        result[:] = states[:, : lengths.max()]
        return result, mean, final
