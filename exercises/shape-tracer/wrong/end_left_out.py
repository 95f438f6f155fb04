# fails: flatten - end_dim is taken to be the first that is left out
from math import prod


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def side(kind, size, k, s, p, d, extra):
    if kind == "ConvTranspose2d":
        return (size - 1) * s - 2 * p + d * (k - 1) + extra + 1
    return (size + 2 * p - d * (k - 1) - 1) // s + 1


def after(kind, o, shape):
    if kind == "Linear":
        if shape[-1] != o["in_features"]:
            return None
        return shape[:-1] + (o["out_features"],)
    if kind == "Flatten":
        start = o.get("start_dim", 1) % len(shape)
        end = o["end_dim"] % len(shape) - 1 if "end_dim" in o else len(shape) - 1
        if end < start:
            return shape
        return shape[:start] + (prod(shape[start : end + 1]),) + shape[end + 1 :]
    if len(shape) != 4:
        return None
    n, c, h, w = shape
    if kind != "MaxPool2d" and c != o["in_channels"]:
        return None
    k = pair(o["kernel_size"])
    s = pair(o.get("stride", k if kind == "MaxPool2d" else 1))
    p = pair(o.get("padding", 0))
    d = pair(o.get("dilation", 1))
    extra = pair(o.get("output_padding", 0))
    h = side(kind, h, k[0], s[0], p[0], d[0], extra[0])
    w = side(kind, w, k[1], s[1], p[1], d[1], extra[1])
    if h < 1 or w < 1:
        return None
    return n, c if kind == "MaxPool2d" else o["out_channels"], h, w


def trace(layers, shape):
    shapes = []
    for kind, options in layers:
        shape = after(kind, options, shape)
        shapes.append(shape)
        if shape is None:
            return shapes
    return shapes
