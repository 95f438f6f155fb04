import numpy as np

DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}


def window(kind, options, shape):
    if len(shape) != 4 or options.get("in_channels", shape[1]) != shape[1]:
        return None
    given = DEFAULTS | options
    if kind == "MaxPool2d" and "stride" not in options:
        given["stride"] = options["kernel_size"]
    names = ("kernel_size", "stride", "padding", "dilation", "output_padding")
    k, s, p, d, extra = (np.broadcast_to(np.array(given[name]), 2) for name in names)
    size = np.array(shape[2:])
    if kind == "ConvTranspose2d":
        size = (size - 1) * s - 2 * p + d * (k - 1) + extra + 1
    else:
        size = np.floor_divide(size + 2 * p - d * (k - 1) - 1, s) + 1
    if (size < 1).any():
        return None
    return (shape[0], given.get("out_channels", shape[1]), *size.tolist())


def trace(layers, shape):
    shapes = []
    for kind, options in layers:
        if kind == "Linear":
            fits = shape[-1] == options["in_features"]
            shape = (*shape[:-1], options["out_features"]) if fits else None
        elif kind == "Flatten":
            n = len(shape)
            start, end = options.get("start_dim", 1) % n, options.get("end_dim", -1) % n
            shape = (*shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :])
        else:
            shape = window(kind, options, shape)
        shapes.append(shape)
        if shape is None:
            break
    return shapes
