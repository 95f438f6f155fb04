# fails: broadcast-all - the state dict, which does not hold every buffer
# says: buffer
import torch
import torch.distributed as dist
from torch import nn


def shard(count: int, rank: int, world_size: int) -> list[int]:
    """The rows of a batch that this rank takes: every world_size-th, from `rank` on."""
    return list(range(rank, count, world_size))


@torch.no_grad()
def broadcast_params(model: nn.Module) -> None:
    """Give every rank the parameters and buffers of rank 0, in place. Runs on all ranks."""
    for t in model.state_dict().values():
        message = t.detach().clone(memory_format=torch.contiguous_format)
        dist.broadcast(message, src=0)
        t.copy_(message)


@torch.no_grad()
def average_gradients(model: nn.Module, rows: int) -> None:
    """Replace each gradient by that of the mean loss over the rows of all ranks. Runs on all ranks."""
    params = list(model.parameters())
    total = torch.tensor(rows)
    dist.all_reduce(total)
    present = torch.tensor([int(p.grad is not None) for p in params])
    dist.all_reduce(present, op=dist.ReduceOp.MAX)
    for p, somewhere in zip(params, present.tolist(), strict=True):
        if not somewhere:
            continue
        # A rank without rows may hold NaN, and 0 * NaN is NaN: so it sends zeros of its own.
        if p.grad is None or rows == 0:
            part = torch.zeros_like(p, memory_format=torch.contiguous_format)
        else:
            part = (p.grad * rows).contiguous()
        dist.all_reduce(part)
        p.grad = part / total.item()
