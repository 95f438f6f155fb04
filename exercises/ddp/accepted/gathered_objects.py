# Gathers Python objects: rows, and which gradients there are.
import torch
import torch.distributed as dist


def shard(count, rank, world_size):
    return torch.arange(count)[rank::world_size].tolist()


def broadcast_params(model):
    mine = [*model.parameters(), *model.buffers()]
    everything = [tensor.detach() for tensor in mine]
    dist.broadcast_object_list(everything, src=0)
    for tensor, first in zip(mine, everything):
        tensor.data.copy_(first)


def average_gradients(model, rows):
    mine = rows, [p.grad is not None for p in model.parameters()]
    everyone = [None] * dist.get_world_size()
    dist.all_gather_object(everyone, mine)
    total = sum(count for count, _ in everyone)
    for i, p in enumerate(model.parameters()):
        if not any(flags[i] for _, flags in everyone):
            continue
        share = torch.zeros_like(p)
        if p.grad is not None and rows:
            share = p.grad * (rows / total)
        dist.all_reduce(share)
        p.grad = share
