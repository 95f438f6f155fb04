# fails: product - what comes from above is ignored
import torch


def unbroadcast(grad, shape):
    while grad.dim() > len(shape):
        grad = grad.sum(0)
    for place, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(place, keepdim=True)
    return grad


def mul_back(grad, a, b):
    one = torch.ones_like(grad)
    return unbroadcast(one * b, a.shape), unbroadcast(one * a, b.shape)


def max_back(grad, x, dim):
    mask = (x == x.amax(dim, keepdim=True)).to(grad.dtype)
    return mask / mask.sum(dim, keepdim=True) * grad.unsqueeze(dim)


def softmax_back(grad, y, dim):
    weighted = grad * y
    return weighted - y * weighted.sum(dim, keepdim=True)


def layer_norm_back(grad, x, weight, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    std = (x.var(-1, keepdim=True, unbiased=False) + eps).sqrt()
    normed = (x - mean) / std
    g = grad * weight
    gx = (g - g.mean(-1, keepdim=True) - normed * (g * normed).mean(-1, keepdim=True)) / std
    return gx, unbroadcast(grad * normed, weight.shape), unbroadcast(grad, weight.shape)
