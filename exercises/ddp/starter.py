import torch
import torch.distributed as dist
from torch import nn


def shard(count: int, rank: int, world_size: int) -> list[int]:
    """The rows of a batch that this rank takes: every world_size-th, from `rank` on.

    Args:
        count: Rows of the whole batch.
        rank: This rank, 0 to world_size - 1.
        world_size: How many ranks there are.
    """
    raise NotImplementedError


def broadcast_params(model: nn.Module) -> None:
    """Give every rank the parameters and buffers of rank 0, in place. Runs on all ranks."""
    raise NotImplementedError


def average_gradients(model: nn.Module, rows: int) -> None:
    """Replace each gradient by that of the mean loss over the rows of all ranks. Runs on all ranks.

    Args:
        model: Its gradients are those of the mean loss over this rank's rows, or None.
        rows: How many rows this rank had; 0: its gradients mean nothing.
    """
    raise NotImplementedError
