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
    weighted = grad * y
    return weighted - y * weighted.sum(dim, keepdim=True)


def layer_norm_back(grad, x, weight, eps=1e-5):
    d = x.shape[-1]
    mean = x.mean(-1, keepdim=True)
    xc = x - mean
    var = (xc * xc).mean(-1, keepdim=True)
    r = (var + eps) ** -0.5
    g_norm = grad * weight
    g_r = (g_norm * xc).sum(-1, keepdim=True)
    g_var = g_r * -0.5 * r**3
    g_xc = g_norm * r + g_var * 2 * xc / d
    g_x = g_xc - g_xc.mean(-1, keepdim=True)
    axes = list(range(x.dim() - 1))
    g_w, g_b = grad * xc * r, grad.clone()
    for _ in axes:
        g_w, g_b = g_w.sum(0), g_b.sum(0)
    return g_x, g_w, g_b
