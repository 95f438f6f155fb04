import torch


def unbroadcast(grad, shape):
    shape = tuple(shape)
    full = (1,) * (grad.ndim - len(shape)) + shape
    axes = [i for i, (n, m) in enumerate(zip(full, grad.shape)) if n == 1 and m != 1]
    return (grad.sum(axes) if axes else grad).reshape(shape)


def mul_back(grad, a, b):
    return unbroadcast(grad * b, a.shape), unbroadcast(grad * a, b.shape)


def max_back(grad, x, dim):
    mask = (x == x.amax(dim, keepdim=True)).to(grad.dtype)
    return mask / mask.sum(dim, keepdim=True) * grad.unsqueeze(dim)


def softmax_back(grad, y, dim):
    weighted = grad * y
    return weighted - y * weighted.sum(dim, keepdim=True)


def layer_norm_back(grad, x, weight, eps=1e-5):
    d = x.shape[-1]
    rows, g = x.reshape(-1, d), grad.reshape(-1, d)
    centred = rows - rows.mean(1, keepdim=True)
    inverse = 1 / torch.sqrt((centred**2).mean(1, keepdim=True) + eps)
    normed = centred * inverse
    h = g * weight
    gx = inverse / d * (d * h - h.sum(1, keepdim=True) - normed * (h * normed).sum(1, keepdim=True))
    return gx.reshape(x.shape), (g * normed).sum(0), g.sum(0)
