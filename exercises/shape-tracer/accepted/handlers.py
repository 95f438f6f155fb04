import math


def both(options, name, default):
    value = options.get(name, default)
    return value if isinstance(value, (tuple, list)) else (value,) * 2


def linear(shape, in_features, out_features):
    return shape[:-1] + (out_features,) if shape[-1] == in_features else None


def flatten(shape, start_dim=1, end_dim=-1):
    dims = list(range(len(shape)))
    first, last = dims[start_dim], dims[end_dim]
    joined = math.prod(shape[i] for i in dims if first <= i <= last)
    return tuple([*shape[:first], joined, *shape[last + 1 :]])


def convolution(shape, in_channels, out_channels, **options):
    if len(shape) != 4 or shape[1] != in_channels:
        return None
    return slide(shape, out_channels, options, stride=1)


def pooling(shape, **options):
    if len(shape) != 4:
        return None
    return slide(shape, shape[1], options, stride=options["kernel_size"])


def slide(shape, channels, options, stride):
    kernel, padding = both(options, "kernel_size", None), both(options, "padding", 0)
    stride, dilation = both(options, "stride", stride), both(options, "dilation", 1)
    sides = []
    for axis in range(2):
        room = shape[2 + axis] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1
        if room < 0:
            return None
        sides.append(room // stride[axis] + 1)
    return (shape[0], channels, *sides)


def transposed(shape, in_channels, out_channels, **options):
    if len(shape) != 4 or shape[1] != in_channels:
        return None
    kernel, padding = both(options, "kernel_size", None), both(options, "padding", 0)
    stride, dilation = both(options, "stride", 1), both(options, "dilation", 1)
    extra = both(options, "output_padding", 0)
    sides = [
        (shape[2 + i] - 1) * stride[i]
        - 2 * padding[i]
        + dilation[i] * (kernel[i] - 1)
        + extra[i]
        + 1
        for i in range(2)
    ]
    return (shape[0], channels_out(out_channels), *sides) if all(x > 0 for x in sides) else None


def channels_out(channels):
    return channels


HANDLERS = {
    "Linear": linear,
    "Flatten": flatten,
    "Conv2d": convolution,
    "MaxPool2d": pooling,
    "ConvTranspose2d": transposed,
}


def trace(layers, shape):
    out = []
    for kind, options in layers:
        shape = HANDLERS[kind](shape, **options)
        out.append(shape)
        if shape is None:
            break
    return out
