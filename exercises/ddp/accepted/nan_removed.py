# The loss weights are put in with torch.where, and zeros are made up for all first.
import torch
import torch.distributed as dist


def shard(count, rank, world_size):
    return list(range(rank, count, world_size))


def broadcast_params(model):
    with torch.no_grad():
        for p in model.parameters():
            dist.broadcast(p, src=0)
        for b in model.buffers():
            dist.broadcast(b, src=0)


def average_gradients(model, rows):
    world = dist.get_world_size()
    has = torch.tensor([p.grad is not None for p in model.parameters()], dtype=torch.int64)
    dist.all_reduce(has)
    weight = torch.tensor(rows, dtype=torch.float64)
    dist.all_reduce(weight)
    weight = rows * world / weight.item()
    for p, count in zip(model.parameters(), has):
        if count:
            grad = torch.zeros_like(p) if p.grad is None else p.grad
            grad = torch.where(torch.tensor(rows > 0), grad * weight, torch.zeros_like(grad))
            dist.all_reduce(grad)
            p.grad = grad / world
