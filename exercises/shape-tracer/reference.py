from math import prod


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def step(kind: str, options: dict, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    if kind == "Linear":
        fits = shape[-1] == options["in_features"]
        return (*shape[:-1], options["out_features"]) if fits else None
    if kind == "Flatten":
        start = options.get("start_dim", 1) % len(shape)
        end = options.get("end_dim", -1) % len(shape)
        return (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :])
    if len(shape) != 4 or shape[1] != options.get("in_channels", shape[1]):
        return None
    kernel = options["kernel_size"]
    usual = {"stride": kernel if kind == "MaxPool2d" else 1, "padding": 0, "dilation": 1}
    names = ["kernel_size", "stride", "padding", "dilation", "output_padding"]
    each = [pair({**usual, "output_padding": 0, **options}[name]) for name in names]
    sides = []
    for size, k, s, p, d, extra in zip(shape[2:], *each):
        reach = d * (k - 1) + 1  # what a dilated kernel covers
        if kind == "ConvTranspose2d":
            sides.append((size - 1) * s - 2 * p + reach + extra)
        else:
            sides.append((size + 2 * p - reach) // s + 1)
    return (shape[0], options.get("out_channels", shape[1]), *sides) if min(sides) > 0 else None


def trace(layers: list[tuple[str, dict]], shape: tuple[int, ...]) -> list[tuple[int, ...] | None]:
    shapes = []
    for kind, options in layers:
        shape = step(kind, options, shape)
        shapes.append(shape)
        if shape is None:
            break
    return shapes
