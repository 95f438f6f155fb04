# fails: pool - dilation is taken to belong to convolutions alone
# says: dilation=
from math import prod


def window(size, k, s, p, d):
    return (size + 2 * p - d * (k - 1) - 1) // s + 1


def grow(size, k, s, p, d, extra):
    return (size - 1) * s - 2 * p + d * (k - 1) + 1 + extra


def of(options, name, default, axis):
    value = options.get(name, default)
    return value if isinstance(value, int) else value[axis]


def trace(layers, shape):
    shapes = []
    for kind, o in layers:
        if kind == "Linear":
            new = (*shape[:-1], o["out_features"]) if shape[-1] == o["in_features"] else None
        elif kind == "Flatten":
            start = range(len(shape))[o.get("start_dim", 1)]
            end = range(len(shape))[o.get("end_dim", -1)] + 1
            new = (*shape[:start], prod(shape[start:end]), *shape[end:])
        elif len(shape) != 4 or o.get("in_channels", shape[1]) != shape[1]:
            new = None
        else:
            sides = []
            for axis in range(2):
                size, k = shape[2 + axis], of(o, "kernel_size", None, axis)
                s, p = of(o, "stride", 1, axis), of(o, "padding", 0, axis)
                d = of(o, "dilation", 1, axis)
                if kind == "MaxPool2d":
                    s = of(o, "stride", k, axis)
                    sides.append(window(size, k, s, p, 1))
                elif kind == "Conv2d":
                    sides.append(window(size, k, s, p, d))
                else:
                    sides.append(grow(size, k, s, p, d, of(o, "output_padding", 0, axis)))
            new = (shape[0], o.get("out_channels", shape[1]), *sides) if min(sides) > 0 else None
        shape = new
        shapes.append(shape)
        if shape is None:
            break
    return shapes
