from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor
from torch.utils.data import Dataset


class SensorDataset(Dataset):
    """The recordings of one split, standardised, read when they are asked for.

    Attributes:
        stats: Mean and standard deviation in use, each (C,) float32.
    """

    def __init__(
        self,
        index: list[tuple[str, int, str]],
        read: Callable[[str], Tensor],
        split: str,
        stats: tuple[Tensor, Tensor] | None = None,
    ) -> None:
        """Take the rows of one split.

        Args:
            index: A name, a label and a split for each recording.
            read: Gives the recording of a name: (T, C).
            split: Whose rows these are.
            stats: Mean and standard deviation; None: those of the split "train".
        """
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        """The recording (T, C) float32, and its label."""
        raise NotImplementedError


def make_loader(
    dataset: Sequence[tuple[Tensor, int]], batch_size: int, shuffle: bool, seed: int = 0
) -> Iterable[dict[str, Tensor]]:
    """Batches of padded recordings: "x" (B, T, C), "lengths" (B,), "labels" (B,)."""
    raise NotImplementedError
