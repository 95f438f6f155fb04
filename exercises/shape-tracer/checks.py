from math import prod

from bot.kit import Call, Rng, Solution, check, expect_answers, expect_equal

WHAT = "the shapes are off"


def pair(value) -> tuple:
    return (value, value) if isinstance(value, int) else value


def step(kind: str, options: dict, shape: tuple) -> tuple | None:
    if kind == "Linear":
        fits = shape[-1] == options["in_features"]
        return (*shape[:-1], options["out_features"]) if fits else None
    if kind == "Flatten":
        start = options.get("start_dim", 1) % len(shape)
        end = options.get("end_dim", -1) % len(shape)
        return (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :])
    if len(shape) != 4 or shape[1] != options.get("in_channels", shape[1]):
        return None
    usual = {"stride": options["kernel_size"] if kind == "MaxPool2d" else 1}
    usual |= {"padding": 0, "dilation": 1, "output_padding": 0} | options
    names = ["kernel_size", "stride", "padding", "dilation", "output_padding"]
    sides = []
    for size, k, s, p, d, extra in zip(shape[2:], *(pair(usual[name]) for name in names)):
        there = (size + 2 * p - d * (k - 1) - 1) // s + 1
        back = (size - 1) * s - 2 * p + d * (k - 1) + extra + 1
        sides.append(back if kind == "ConvTranspose2d" else there)
    return (shape[0], options.get("out_channels", shape[1]), *sides) if min(sides) > 0 else None


def oracle(layers: list, shape: tuple) -> list:
    shapes = []
    while len(shapes) < len(layers) and shape is not None:
        shape = step(*layers[len(shapes)], shape)
        shapes.append(shape)
    return shapes


# --- drawing ----------------------------------------------------------------------------------


def image(rng: Rng, low: int = 20, high: int = 70) -> tuple:
    """(N, C, H, W), its height and width apart."""
    height = rng.integer(low, high)
    return rng.integer(1, 9), rng.integer(1, 9), height, height + rng.integer(1, high)


def size(rng: Rng, low: int, high: int, pairs: bool):
    """A number in [low, high), at times far beyond, or a pair of two that differ."""
    one = rng.integer(low, high := rng.choice([high, high, 3 * high]))
    other = low + (one - low + rng.integer(1, high - low)) % (high - low)
    return (one, other) if pairs and rng.integer(0, 2) else one


def window(rng: Rng, kind: str, shape: tuple, used: str, pairs: bool = False) -> tuple:
    """A layer with a kernel, and those options that are used, by their first letters."""
    groups = rng.integer(2, 5) if "g" in used else 1
    options = {"kernel_size": size(rng, 2, 6, pairs)}
    if kind != "MaxPool2d":
        options |= {"in_channels": shape[1], "out_channels": groups * rng.integer(1, 20)}
        if groups > 1:
            options["groups"] = groups if shape[1] % groups == 0 else 1
    options |= {"stride": size(rng, 2, 5, pairs)} if "s" in used else {}
    options |= {"padding": size(rng, 1, 4, pairs)} if "p" in used else {}
    if kind == "MaxPool2d" and "p" in used:
        options["padding"] = rng.integer(1, min(pair(options["kernel_size"])) // 2 + 1)
    options |= {"dilation": size(rng, 2, 5, pairs)} if "d" in used else {}
    if "o" in used:  # below the stride
        strides = [rng.integer(2, 6), rng.integer(2, 6)]
        extra = [rng.integer(1, stride) for stride in strides]
        options |= {"stride": tuple(strides), "output_padding": tuple(extra)}
    return (kind, dict(sorted(options.items(), key=lambda _: rng.number(0, 1))))


def one(rng: Rng, kind: str, used: str, pairs: bool = False, when: str = "") -> Call:
    """A call with one such layer alone, which is possible; its channels fit any groups."""
    while True:
        shape = image(rng)
        shape = (shape[0], 12 * shape[1] if "g" in used else shape[1], *shape[2:])
        layer = window(rng, kind, shape, used, pairs)
        if step(*layer, shape) is not None:
            return Call([[layer], shape], when=when or f"for {kind}({shown(layer[1])})")


def shown(options: dict) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.items())


def linear(rng: Rng, shape: tuple) -> tuple:
    return ("Linear", {"in_features": shape[-1], "out_features": rng.integer(1, 300)})


def flatten(rng: Rng, dims: int) -> tuple:
    """All kinds of places, from the front and from the back."""
    start = rng.integer(0, dims)
    places = {"start_dim": start, "end_dim": rng.integer(start, dims)}
    turned = {name: at - dims if rng.integer(0, 2) else at for name, at in places.items()}
    return ("Flatten", turned)


def stack(rng: Rng, count: int) -> Call:
    """Layers of every kind, all of them possible."""
    kinds = ["Conv2d", "MaxPool2d", "ConvTranspose2d", "Conv2d", "ConvTranspose2d"]
    start = shape = image(rng, 8, 40)
    layers = []
    while len(layers) < count:
        flat = len(shape) != 4 or len(layers) > count * 2 // 3
        used = "".join(rng.shuffled("gspd")[: rng.integer(0, 5)])
        kind = rng.choice(kinds)
        if kind == "ConvTranspose2d" and rng.integer(0, 2):
            used = used.replace("s", "") + "o"
        layer = window(rng, kind, shape, used, pairs=True) if not flat else linear(rng, shape)
        if flat and len(shape) > 1 and rng.integer(0, 2):
            layer = flatten(rng, len(shape))
        after = step(*layer, shape)
        if after is not None and max(after) < 10**6:
            layers.append(layer)
            shape = after
    return Call([layers, start], when=f"for a stack of {count} layers")


def wrong(rng: Rng, kind: str) -> tuple:
    """A layer of this kind that is impossible, and the shape before it."""
    n, c, h, w = (rng.integer(1, 12) for _ in range(4))
    shape, channels = (n, c, h, w), {"in_channels": c, "out_channels": rng.integer(1, 9)}
    other = {**channels, "in_channels": c + rng.choice([1, 2, 5])}
    narrow = rng.choice([(h + 1, 1), (1, w + 1)])
    half = (min(h, w) + 1) // 2
    return {
        "features": (("Linear", {"in_features": w + 1, "out_features": 3}), shape),
        "channels": (("Conv2d", {**other, "kernel_size": 1}), shape),
        "channels back": (("ConvTranspose2d", {**other, "kernel_size": 2}), shape),
        "one short": (("Conv2d", {**channels, "kernel_size": narrow, "stride": 3}), shape),
        "pool": (("MaxPool2d", {"kernel_size": narrow}), shape),
        "back": (("ConvTranspose2d", {**channels, "kernel_size": 1, "padding": half}), shape),
        "three": (("Conv2d", {**channels, "kernel_size": 1}), (n, c, h)),
        "three pooled": (("MaxPool2d", {"kernel_size": 1}), (n, h, w)),
        "three back": (("ConvTranspose2d", {**channels, "kernel_size": 2}), (n, c, w)),
        "five": (("MaxPool2d", {"kernel_size": 1}), (n, c, h, w, 7)),
    }[kind]


# --- the checks -------------------------------------------------------------------------------


@check("again", "The same stack gives the same shapes", core=True, points=0, hint=3)
def again(solution: Solution, rng: Rng) -> None:
    call = stack(rng, 4)
    first, second = (solution.call("trace", *call.args) for _ in range(2))
    expect_equal(second, first, "asked again, it gives other shapes", example=call.shown())


@check("linear", "Linear changes the last dimension, one shape for each layer", core=True, hint=3)
def linear_layers(solution: Solution, rng: Rng) -> None:
    calls = []
    for dims in (2, 3, 4, rng.integer(5, 8)):
        start = shape = tuple(rng.integer(1, 50) for _ in range(dims))
        layers = []
        for _ in range(rng.integer(2, 6)):
            layers.append(linear(rng, shape))
            shape = step(*layers[-1], shape)
        calls.append(Call([layers, start], when=f"for {len(layers)} Linear layers after {start}"))
    calls.append(Call([[], image(rng)], when="for no layers at all"))
    expect_answers(solution, "trace", calls, oracle, WHAT)


@check("flatten", "Flatten joins the dimensions from start_dim to end_dim", core=True, hint=2)
def flatten_layers(solution: Solution, rng: Rng) -> None:
    shapes = [tuple(rng.integer(2, 9) for _ in range(dims)) for dims in (2, 3, 4, 5, 6)]
    cases = [({}, shape) for shape in shapes]
    cases += [(flatten(rng, len(shape))[1], shape) for shape in shapes * 3]
    cases += [({"start_dim": 0}, shapes[2]), ({"end_dim": 2}, shapes[3])]
    cases += [({"end_dim": -2}, shapes[2]), ({"start_dim": -2}, shapes[4])]
    calls = [
        Call([[("Flatten", options)], shape], when=f"for Flatten({shown(options)}) after {shape}")
        for options, shape in cases
    ]
    expect_answers(solution, "trace", calls, oracle, WHAT)


@check("kernel", "A kernel fits in so often, at any number of groups", core=True, hint=1)
def kernel(solution: Solution, rng: Rng) -> None:
    calls = [one(rng, "Conv2d", used) for used in ("", "", "", "g", "g")]
    expect_answers(solution, "trace", calls, oracle, WHAT)


@check("stride", "stride and padding of a convolution", core=True, hint=1)
def stride(solution: Solution, rng: Rng) -> None:
    calls = [one(rng, "Conv2d", used) for used in ["p", "p", "s", "s", "s", "s", "sp", "sp", "sp"]]
    expect_answers(solution, "trace", calls, oracle, WHAT)


@check("dilation", "A dilated kernel covers more", core=True, hint=1)
def dilation(solution: Solution, rng: Rng) -> None:
    calls = [one(rng, "Conv2d", used) for used in ("d", "d", "sd", "pd", "spd", "gspd")]
    expect_answers(solution, "trace", calls, oracle, WHAT)


@check("pairs", "A pair is height and width", core=True, hint=2)
def pairs(solution: Solution, rng: Rng) -> None:
    calls = [one(rng, "Conv2d", used, pairs=True) for used in ["", "s", "p", "d", "spd"] * 4]
    paired = [call for call in calls if "(" in call.when[len("for Conv2d(") :]]
    tall = {"in_channels": 1, "out_channels": 2, "kernel_size": (rng.integer(4, 9), 2)}
    calls = [Call([[("Conv2d", tall)], (1, 1, 20, 20)], when=f"for Conv2d({shown(tall)})")]
    expect_answers(solution, "trace", [*calls, *paired[:9]], oracle, WHAT)


@check("pool", "MaxPool2d moves by its kernel if no stride is given", core=True, hint=2)
def pool(solution: Solution, rng: Rng) -> None:
    used = ["", "", "", "s", "s", "p", "sp", "d", "spd"]
    calls = [one(rng, "MaxPool2d", letters, pairs=place > 1) for place, letters in enumerate(used)]
    expect_answers(solution, "trace", calls, oracle, WHAT)


@check("transposed", "ConvTranspose2d goes the other way", core=True, points=2, hint=2)
def transposed(solution: Solution, rng: Rng) -> None:
    used = ["", "s", "s", "p", "sp", "d", "sd", "o", "po", "do", "pdo", "gpdo", "gspd"]
    calls = [one(rng, "ConvTranspose2d", each, pairs=place > 4) for place, each in enumerate(used)]
    expect_answers(solution, "trace", calls, oracle, WHAT)


CASES = ["features", "channels", "channels back", "one short", "pool", "back", "three"]
CASES += ["three pooled", "three back", "five"]


@check("impossible", "None stands at the first impossible layer, and ends it", core=True, hint=3)
def impossible(solution: Solution, rng: Rng) -> None:
    calls = []
    for kind in CASES:
        (layer, shape), after = wrong(rng, kind), linear(rng, (1, 6))
        before = [linear(rng, (1, 9)), ("Linear", {"in_features": 1, "out_features": shape[-1]})]
        before[0][1]["out_features"] = 1
        for layers, start in [([layer], shape), ([*before, layer, after], (*shape[:-1], 9))]:
            when = f"where {layer[0]}({shown(layer[1])}) cannot take {shape}"
            calls.append(Call([layers, start], when=when))
    once = {"in_channels": 2, "out_channels": 3, "kernel_size": 5, "stride": rng.integer(1, 9)}
    fits = Call([[("Conv2d", once)], (1, 2, 5, 5)], when="where a kernel fits exactly once")
    calls.append(fits)
    expect_answers(solution, "trace", calls, oracle, WHAT)


@check("stacks", "Stacks of every kind of layer", core=True, points=2, hint=3)
def stacks(solution: Solution, rng: Rng) -> None:
    calls = [stack(rng, rng.integer(3, 12)) for _ in range(25)]
    for call in calls[:6]:
        never = ("Linear", {"in_features": 10**6 + 7, "out_features": 1})
        call.args[0].insert(rng.integer(1, len(call.args[0])), never)
    expect_answers(solution, "trace", calls, oracle, WHAT)
