# All collectives are started first, then waited for.
import torch
import torch.distributed as dist


def shard(count, rank, world_size):
    return [*range(count)][rank::world_size]


def broadcast_params(model):
    waiting = [
        dist.broadcast(t.detach(), src=0, async_op=True)
        for t in (*model.parameters(), *model.buffers())
    ]
    for work in waiting:
        work.wait()


def average_gradients(model, rows):
    params = [*model.parameters()]
    info = torch.tensor([float(rows)] + [float(p.grad is not None) for p in params])
    dist.all_reduce(info)
    total, *present = info.tolist()
    jobs = []
    for p, there in zip(params, present):
        if there:
            useful = rows > 0 and p.grad is not None
            p.grad = p.grad.mul(rows / total) if useful else p.new_zeros(p.shape)
            jobs.append(dist.all_reduce(p.grad, async_op=True))
    for job in jobs:
        job.wait()
