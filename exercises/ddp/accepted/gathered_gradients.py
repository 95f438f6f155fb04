# Each rank gets all gradients and takes the weighted mean itself.
import torch
import torch.distributed as dist


def shard(count, rank, world_size):
    rows = []
    while rank < count:
        rows.append(rank)
        rank += world_size
    return rows


def broadcast_params(model):
    for t in [*model.parameters(), *model.buffers()]:
        dist.broadcast(t.data, src=0)


def average_gradients(model, rows):
    world = dist.get_world_size()

    def gathered(tensor):
        found = [torch.empty_like(tensor) for _ in range(world)]
        dist.all_gather(found, tensor)
        return found

    counts = [int(c) for c in gathered(torch.tensor([rows]))]
    for p in model.parameters():
        flags = gathered(torch.tensor([p.grad is not None]))
        if not any(flags):
            continue
        mine = p.grad.contiguous() if p.grad is not None else torch.zeros_like(p).detach()
        grads = gathered(mine)
        mean = torch.zeros_like(p)
        for count, grad in zip(counts, grads):
            if count > 0:
                mean += grad * count / sum(counts)
        p.grad = mean
