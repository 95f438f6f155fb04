import torch
from torch import Tensor, nn


class CausalTemporalAttention(nn.Module):
    """Each place in the image attends to its own past.

    Args:
        dim: Number of channels C.
        heads: Number of heads; must divide `dim`.
        window: How many frames a frame sees, itself included; None for all up to itself.

    Raises:
        ValueError: `heads` does not divide `dim`.
    """

    def __init__(self, dim: int, heads: int, window: int | None = None) -> None:
        super().__init__()
        # These two, by these names, are all the parameters there are.
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """Attend to the past of a whole clip: (B, T, S, C) to (B, T, S, C)."""
        raise NotImplementedError

    def step(self, frame: Tensor, state: object = None) -> tuple:
        """Attend with one more frame.

        Args:
            frame: Shape (B, S, C).
            state: What the step before has returned; None for the first frame.

        Returns:
            The output of this frame, shape (B, S, C), and the new state.
        """
        raise NotImplementedError
