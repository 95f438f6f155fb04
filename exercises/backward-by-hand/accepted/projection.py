import torch


def unbroadcast(grad, shape):
    while grad.dim() > len(shape):
        grad = grad.sum(0)
    for place, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(place, keepdim=True)
    return grad


def mul_back(grad, a, b):
    return unbroadcast(grad * b, a.shape), unbroadcast(grad * a, b.shape)


def max_back(grad, x, dim):
    mask = (x == x.amax(dim, keepdim=True)).to(grad.dtype)
    return mask / mask.sum(dim, keepdim=True) * grad.unsqueeze(dim)


def softmax_back(grad, y, dim):
    return (grad - (grad * y).sum(dim).unsqueeze(dim)).mul(y)


def layer_norm_back(grad, x, weight, eps=1e-5):
    d = x.shape[-1]
    centre = torch.eye(d, dtype=x.dtype) - 1 / d
    xc = x @ centre
    r = torch.rsqrt(xc.pow(2).mean(-1, keepdim=True) + eps)
    n = xc * r
    g = (grad * weight) @ centre
    gx = r * (g - n * (g * n).mean(-1, keepdim=True))
    return gx, (grad * n).reshape(-1, d).sum(0), grad.reshape(-1, d).sum(0)
