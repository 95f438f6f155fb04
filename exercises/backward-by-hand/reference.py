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
    largest = (x == x.amax(dim, keepdim=True)).to(grad.dtype)
    return grad.unsqueeze(dim) * largest / largest.sum(dim, keepdim=True)


def softmax_back(grad, y, dim):
    return y * (grad - (grad * y).sum(dim, keepdim=True))


def layer_norm_back(grad, x, weight, eps=1e-5):
    deviation = x - x.mean(-1, keepdim=True)
    scale = (deviation.square().mean(-1, keepdim=True) + eps).rsqrt()
    normed = deviation * scale
    inner = grad * weight
    through = (
        inner - inner.mean(-1, keepdim=True) - normed * (inner * normed).mean(-1, keepdim=True)
    )
    return (
        through * scale,
        unbroadcast(grad * normed, weight.shape),
        unbroadcast(grad, weight.shape),
    )
