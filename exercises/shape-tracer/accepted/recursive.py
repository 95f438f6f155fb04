from functools import reduce
from operator import mul


def expand(options, name, default):
    value = options[name] if name in options else default
    return [value] * 2 if type(value) is int else list(value)


def out(kind, options, shape):
    if kind == "Linear":
        return (
            None if shape[-1] != options["in_features"] else shape[:-1] + (options["out_features"],)
        )
    if kind == "Flatten":
        places = range(len(shape))
        start, end = places[options.get("start_dim", 1)], places[options.get("end_dim", -1)]
        return shape[:start] + (reduce(mul, shape[start : end + 1], 1),) + shape[end + 1 :]
    if len(shape) != 4:
        return None
    if kind in ("Conv2d", "ConvTranspose2d") and shape[1] != options["in_channels"]:
        return None
    kernels = expand(options, "kernel_size", 1)
    strides = expand(options, "stride", tuple(kernels) if kind == "MaxPool2d" else 1)
    paddings, dilations = expand(options, "padding", 0), expand(options, "dilation", 1)
    extras = expand(options, "output_padding", 0)
    new = [shape[0], shape[1] if kind == "MaxPool2d" else options["out_channels"]]
    for size, k, s, p, d, e in zip(shape[2:], kernels, strides, paddings, dilations, extras):
        covered = d * (k - 1) + 1
        if kind == "ConvTranspose2d":
            new.append(s * (size - 1) + covered + e - 2 * p)
        else:
            new.append((size + 2 * p - covered + s) // s if size + 2 * p >= covered else 0)
    return tuple(new) if new[2] >= 1 and new[3] >= 1 else None


def trace(layers, shape):
    if not layers:
        return []
    (kind, options), *rest = layers
    shape = out(kind, options, shape)
    return [shape] if shape is None else [shape, *trace(rest, shape)]
