# fails: missing - every parameter is taken to have a gradient
# says: NoneType
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
    total = torch.tensor(rows)
    dist.all_reduce(total)
    for p in model.parameters():
        if rows == 0:
            p.grad.zero_()
        p.grad *= rows
        dist.all_reduce(p.grad)
        p.grad /= total
