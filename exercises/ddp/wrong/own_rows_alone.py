# fails: uneven - the rows of this rank times the number of ranks are taken for all rows
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
        has = torch.tensor(int(p.grad is not None))
        dist.all_reduce(has)
        if has.item() == 0:
            continue
        if p.grad is None or rows == 0:
            p.grad = torch.zeros_like(p)
        p.grad *= rows
        dist.all_reduce(p.grad)
        p.grad /= max(rows, 1) * dist.get_world_size()
