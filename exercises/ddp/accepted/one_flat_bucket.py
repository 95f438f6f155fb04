# Everything in one all_reduce: a flag and the gradient of each parameter, and the rows.
import torch
import torch.distributed as dist


def shard(count, rank, world_size):
    return [row for row in range(count) if row % world_size == rank]


def broadcast_params(model):
    for tensor in [*model.parameters(), *model.buffers()]:
        dist.broadcast(tensor.data, 0)


def average_gradients(model, rows):
    parts = [torch.tensor([float(rows)], dtype=torch.float64)]
    for p in model.parameters():
        grad = p.grad.double() * rows if p.grad is not None and rows > 0 else torch.zeros(p.shape)
        flag = torch.tensor([float(p.grad is not None)])
        parts += [flag.double(), grad.double().reshape(-1)]
    flat = torch.cat(parts)
    dist.all_reduce(flat, op=dist.ReduceOp.SUM)
    total, place = flat[0], 1
    for p in model.parameters():
        here, flat_grad = flat[place], flat[place + 1 : place + 1 + p.numel()]
        place += 1 + p.numel()
        if here > 0:
            p.grad = (flat_grad / total).view(p.shape).to(p.dtype)
