import math


class DoesNotFit(Exception):
    pass


class Layer:
    def __init__(self, kind, **options):
        self.kind, self.options = kind, options

    def pair(self, name, default):
        value = self.options.get(name, default)
        return (value, value) if isinstance(value, int) else value

    def __call__(self, shape):
        return getattr(self, self.kind.lower())(shape)

    def require(self, condition):
        if not condition:
            raise DoesNotFit(self.kind)

    def linear(self, shape):
        self.require(shape[-1] == self.options["in_features"])
        return (*shape[:-1], self.options["out_features"])

    def flatten(self, shape):
        n = len(shape)
        a = (self.options.get("start_dim", 1) + n) % n
        b = (self.options.get("end_dim", -1) + n) % n
        return (*shape[:a], math.prod(shape[a : b + 1]), *shape[b + 1 :])

    def image(self, shape, channels, formula):
        self.require(len(shape) == 4)
        self.require(self.options.get("in_channels", shape[1]) == shape[1])
        sides = tuple(map(formula, shape[2:], (0, 1)))
        self.require(min(sides) >= 1)
        return (shape[0], channels, *sides)

    def conv2d(self, shape, channels=None, stride=1):
        k, s = self.pair("kernel_size", None), self.pair("stride", stride)
        p, d = self.pair("padding", 0), self.pair("dilation", 1)

        def formula(size, i):
            return math.floor((size + 2 * p[i] - d[i] * (k[i] - 1) - 1) / s[i] + 1)

        return self.image(shape, channels or self.options["out_channels"], formula)

    def maxpool2d(self, shape):
        self.require(len(shape) == 4)
        return self.conv2d(shape, shape[1], self.options["kernel_size"])

    def convtranspose2d(self, shape):
        k, s = self.pair("kernel_size", None), self.pair("stride", 1)
        p, d = self.pair("padding", 0), self.pair("dilation", 1)
        o = self.pair("output_padding", 0)

        def formula(size, i):
            return (size - 1) * s[i] - 2 * p[i] + d[i] * (k[i] - 1) + o[i] + 1

        return self.image(shape, self.options["out_channels"], formula)


def trace(layers, shape):
    shapes = []
    try:
        for kind, options in layers:
            shape = Layer(kind, **options)(shape)
            shapes.append(shape)
    except DoesNotFit:
        shapes.append(None)
    return shapes
