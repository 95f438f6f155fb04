from torch import Tensor, nn


class Encoder(nn.Module):
    """Encodes sequences of different lengths, each as if it were alone.

    Args:
        vocab: Number of words.
        emb: Size of a word's vector.
        hidden: Size H of the state of each direction.
    """

    def __init__(self, vocab: int, emb: int, hidden: int) -> None:
        super().__init__()
        # These two, by these names, hold all the weights there are.
        self.embedding = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)

    def forward(self, sequences: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Encode a batch.

        Args:
            sequences: B tensors of int64, each of shape (L,) with an L of its own, 0 included.

        Returns:
            The states (B, T, 2H), zero behind each end; their mean (B, 2H) over each sequence's own
            words; the final state (B, 2H) of both directions. T is the largest L.

        Raises:
            ValueError: There is no sequence.
        """
        raise NotImplementedError
