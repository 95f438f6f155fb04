import itertools

import torch
import torch.distributed as dist


def shard(count, rank, world_size):
    return list(range(rank, count, world_size))


def broadcast_params(model):
    for tensor in itertools.chain(model.parameters(), model.buffers()):
        dist.broadcast(tensor.detach(), src=0)


def average_gradients(model, rows):
    parameters = list(model.parameters())
    counts = torch.tensor([rows, *(p.grad is not None for p in parameters)])  # (1 + parameters,)
    dist.all_reduce(counts)
    for p, found in zip(parameters, counts[1:].tolist()):
        if found:
            grad = torch.zeros_like(p) if p.grad is None or rows == 0 else p.grad * rows
            dist.all_reduce(grad)
            p.grad = grad / counts[0].item()
