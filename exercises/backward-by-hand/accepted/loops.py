import torch


def unbroadcast(grad, shape):
    return grad.sum_to_size(shape)


def mul_back(grad, a, b):
    return unbroadcast(grad * b, a.shape), unbroadcast(grad * a, b.shape)


def max_back(grad, x, dim):
    result = torch.zeros_like(x)
    rows, into, g = x.movedim(dim, -1), result.movedim(dim, -1), grad.reshape(-1)
    for row, place in zip(rows.reshape(-1, rows.shape[-1]), range(g.numel())):
        equal = [i for i, v in enumerate(row.tolist()) if v == max(row.tolist())]
        for i in equal:
            index = torch.unravel_index(torch.tensor(place), rows.shape[:-1])
            into[(*index, i)] = g[place] / len(equal)
    return result


def softmax_back(grad, y, dim):
    y, grad = y.movedim(dim, -1), grad.movedim(dim, -1)
    jacobian = torch.diag_embed(y) - y.unsqueeze(-1) * y.unsqueeze(-2)
    return (jacobian @ grad.unsqueeze(-1)).squeeze(-1).movedim(-1, dim)


def layer_norm_back(grad, x, weight, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    std = (x.var(-1, keepdim=True, unbiased=False) + eps).sqrt()
    normed = (x - mean) / std
    g = grad * weight
    gx = (g - g.mean(-1, keepdim=True) - normed * (g * normed).mean(-1, keepdim=True)) / std
    return gx, unbroadcast(grad * normed, weight.shape), unbroadcast(grad, weight.shape)
