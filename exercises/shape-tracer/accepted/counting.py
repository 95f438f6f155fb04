def fits(size, kernel, stride, padding, dilation):
    """Count the places of the kernel one after the other."""
    count, start = 0, -padding
    while start + dilation * (kernel - 1) < size + padding:
        count += 1
        start += stride
    return count


def spread(size, kernel, stride, padding, dilation, extra):
    """The last place that is written, in a row without padding."""
    last = (size - 1) * stride + (kernel - 1) * dilation
    return last + 1 + extra - 2 * padding


def at(value, axis):
    return value[axis] if isinstance(value, tuple) else value


def trace(layers, shape):
    shapes = []
    for kind, options in layers:
        dims = list(shape)
        if kind == "Linear":
            ok = dims[-1] == options["in_features"]
            dims[-1] = options["out_features"]
        elif kind == "Flatten":
            start, end = options.get("start_dim", 1), options.get("end_dim", -1)
            start += len(dims) if start < 0 else 0
            end += len(dims) if end < 0 else 0
            for _ in range(end - start):
                dims[start] *= dims.pop(start + 1)
            ok = True
        else:
            ok = len(dims) == 4
            if kind != "MaxPool2d":
                ok = ok and dims[1] == options["in_channels"]
            for axis in range(2):
                if not ok:
                    break
                k = at(options["kernel_size"], axis)
                s = at(options.get("stride", k if kind == "MaxPool2d" else 1), axis)
                p, d = at(options.get("padding", 0), axis), at(options.get("dilation", 1), axis)
                size = dims[2 + axis]
                if kind == "ConvTranspose2d":
                    size = spread(size, k, s, p, d, at(options.get("output_padding", 0), axis))
                else:
                    size = fits(size, k, s, p, d)
                dims[2 + axis] = size
                ok = size >= 1
            if ok and kind != "MaxPool2d":
                dims[1] = options["out_channels"]
        shape = tuple(dims) if ok else None
        shapes.append(shape)
        if not ok:
            break
    return shapes
