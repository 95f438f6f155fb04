# fails: shard - short shards are filled up with rows from the beginning, as a sampler does
# says: number of rows
import torch
import torch.distributed as dist


def shard(count, rank, world_size):
    size = -(-count // world_size)
    return [(rank + i * world_size) % max(count, 1) for i in range(size)]


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
        has = torch.tensor(int(p.grad is not None))
        dist.all_reduce(has)
        if has.item() == 0:
            continue
        if p.grad is None or rows == 0:
            p.grad = torch.zeros_like(p)
        p.grad *= rows
        dist.all_reduce(p.grad)
        p.grad /= total
