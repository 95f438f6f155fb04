from math import prod


def two(x):
    return x if isinstance(x, tuple) else (x, x)


def walk(layers, shape):
    for kind, o in layers:
        match kind, shape:
            case "Linear", (*front, last) if last == o["in_features"]:
                shape = (*front, o["out_features"])
            case "Flatten", _:
                a, b = o.get("start_dim", 1) % len(shape), o.get("end_dim", -1) % len(shape)
                shape = shape[:a] + (prod(shape[a : b + 1]),) + shape[b + 1 :]
            case "ConvTranspose2d", (n, c, *sides) if len(sides) == 2 and c == o["in_channels"]:
                rows = zip(
                    sides,
                    two(o["kernel_size"]),
                    two(o.get("stride", 1)),
                    two(o.get("padding", 0)),
                    two(o.get("dilation", 1)),
                    two(o.get("output_padding", 0)),
                )
                sides = [(x - 1) * s - 2 * p + d * (k - 1) + e + 1 for x, k, s, p, d, e in rows]
                shape = (n, o["out_channels"], *sides)
            case "Conv2d" | "MaxPool2d", (n, c, *sides) if len(sides) == 2:
                if o.get("in_channels", c) != c:
                    yield None
                    return
                rows = zip(
                    sides,
                    two(o["kernel_size"]),
                    two(o.get("stride", o["kernel_size"] if kind == "MaxPool2d" else 1)),
                    two(o.get("padding", 0)),
                    two(o.get("dilation", 1)),
                )
                sides = [(x + 2 * p - d * (k - 1) - 1) // s + 1 for x, k, s, p, d in rows]
                shape = (n, o.get("out_channels", c), *sides)
            case _:
                shape = (0,)
        if min(shape) < 1:
            yield None
            return
        yield shape


def trace(layers, shape):
    return list(walk(layers, shape))
