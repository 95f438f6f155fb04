# Adds up on rank 0, which divides and hands the result out.
import torch
import torch.distributed as dist


def shard(count, rank, world_size):
    def rows():
        for row in range(count):
            if (row - rank) % world_size == 0:
                yield row

    return list(rows())


def broadcast_params(model):
    def fill(values):
        for value in values:
            copy = value.detach().clone()
            dist.broadcast(copy, src=0)
            value.detach().copy_(copy)

    fill(model.parameters())
    fill(model.buffers())


def average_gradients(model, rows):
    total = torch.tensor(float(rows), dtype=torch.float64)
    dist.reduce(total, dst=0)
    for p in model.parameters():
        there = torch.tensor(p.grad is not None, dtype=torch.uint8)
        dist.all_reduce(there, op=dist.ReduceOp.MAX)
        if there:
            if rows == 0 or p.grad is None:
                p.grad = torch.zeros_like(p)
            part = p.grad * rows
            dist.reduce(part, dst=0)
            if dist.get_rank() == 0:
                part /= total
            dist.broadcast(part, src=0)
            p.grad.copy_(part)
