# fails: values - the distance from a[i] to b[i] alone, where both are there
import torch


def pairwise_distances(a, b):
    count = min(len(a), len(b))
    return torch.nn.functional.pairwise_distance(a[:count], b[:count])
