import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Encoder(nn.Module):
    def __init__(self, vocab: int, emb: int, hidden: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequences: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        if not sequences:
            raise ValueError("there is no sequence")
        lengths = torch.tensor([len(s) for s in sequences])  # (B,)
        ids = pad_sequence(sequences, batch_first=True)  # (B, T)
        ids = ids if ids.shape[1] else ids.new_zeros(len(ids), 1)  # (B, 1) if all are empty
        packed = pack_padded_sequence(
            self.embedding(ids), lengths.clamp(min=1), batch_first=True, enforce_sorted=False
        )
        states, final = self.gru(packed)
        states, _ = pad_packed_sequence(states, batch_first=True)  # (B, T, 2H)
        states = states * (torch.arange(states.shape[1]) < lengths[:, None])[..., None]
        mean = states.sum(1) / lengths.clamp(min=1)[:, None]  # (B, 2H)
        final = final.transpose(0, 1).flatten(1) * (lengths > 0)[:, None]  # (B, 2H)
        return states[:, : lengths.max()], mean, final
