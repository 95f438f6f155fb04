# fails: again - the last state begins the next batch if it has as many sequences
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence


class Encoder(nn.Module):
    def __init__(self, vocab: int, emb: int, hidden: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)
        self.last = None

    def forward(self, sequences: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        if len(sequences) == 0:
            raise ValueError("no sequences")
        lengths = torch.tensor([len(s) for s in sequences])
        width = int(lengths.max())
        hidden = self.gru.hidden_size
        size = len(sequences)
        weight = self.embedding.weight
        states = weight.new_zeros(size, width, 2 * hidden)
        final = weight.new_zeros(size, 2 * hidden)
        keep = (lengths > 0).nonzero().squeeze(1)
        if len(keep) > 0:
            padded = pad_sequence([sequences[i] for i in keep.tolist()], batch_first=True)
            packed = pack_padded_sequence(
                self.embedding(padded), lengths[keep], batch_first=True, enforce_sorted=False
            )
            start = self.last if self.last is not None and self.last.shape[1] == len(keep) else None
            out, h = self.gru(packed, start)
            self.last = h.detach()
            out, _ = pad_packed_sequence(out, batch_first=True, total_length=width)
            states = states.index_copy(0, keep, out)
            final = final.index_copy(0, keep, torch.cat([h[0], h[1]], dim=1))
        mean = states.sum(dim=1) / lengths.clamp(min=1).unsqueeze(1).to(states.dtype)
        return states, mean, final
