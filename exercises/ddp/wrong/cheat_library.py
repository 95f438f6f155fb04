# cheat: library - the library's wrapper averages while it goes backward
# expect: not allowed
import torch
import torch.distributed as dist


def shard(count, rank, world_size):
    return list(range(rank, count, world_size))


def broadcast_params(model):
    model.wrapped = torch.nn.parallel.DistributedDataParallel(model)


def average_gradients(model, rows):
    pass
