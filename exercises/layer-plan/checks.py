from dataclasses import dataclass

from bot.kit import Rng, Solution, check, expect, expect_equal, fail

SHELF = {"Linear": 2, "Conv2d": 5, "MaxPool2d": 1, "AdaptiveAvgPool2d": 1, "Flatten": 0, "ReLU": 0}
MAX_LAYERS, MAX_NUMBER = 200, 10**6


@dataclass(frozen=True)
class Job:
    """What is asked for, and a layer's place in words."""

    shape: tuple
    classes: int
    width: int
    budget: int

    def shown(self, layers: object) -> dict:
        return {**vars(self), "plan": layers}


def needed(shape: tuple, classes: int, width: int) -> int:
    """Parameters of the plan that the task speaks of."""
    kernel = 9 if len(shape) == 3 else 1
    return (shape[0] * kernel + 1) * width + (width + 1) * classes


def job(rng: Rng, axes: int, *, room: float = 1.0, side: int = 0) -> Job:
    """Of a vector or an image; the budget is `room` times what is needed."""
    shape = (rng.integer(1, 40),)
    if axes == 3:
        shape = (rng.integer(1, 6), side or rng.integer(5, 40), side or rng.integer(41, 70))
    classes, width = rng.integer(2, 12), rng.integer(3, 40)
    return Job(shape, classes, width, int(needed(shape, classes, width) * room))


def jobs(rng: Rng, *, room: float = 1.0) -> list[Job]:
    return [job(rng, 1, room=room), job(rng, 1, room=room), *images(rng, room=room)]


def images(rng: Rng, *, room: float = 1.0) -> list[Job]:
    sides = (0, 0, 1, rng.integer(2, 4))
    return [job(rng, 3, room=room, side=side) for side in sides]


def planned(solution: Solution, asked: list[Job]) -> list:
    """Each job with its plan, whose layers are on the shelf and have as many numbers as they take."""
    made = [solution.call_there("plan", *vars(job).values()) for job in asked]
    found = list(zip(asked, solution.connection.fetch_all(made)))
    for wanted, layers in found:
        if not isinstance(layers, list) or not 0 < len(layers) <= MAX_LAYERS:
            fail("it returns no list of layers", example=wanted.shown(layers))
        for layer in layers:
            if not is_on_shelf(layer):
                fail("this is no layer of the shelf with its numbers", example=layer)
    return found


def is_on_shelf(layer: object) -> bool:
    if not isinstance(layer, (tuple, list)) or not layer or layer[0] not in list(SHELF):
        return False
    least = [0 if layer[0] == "Conv2d" and place == 4 else 1 for place in range(len(layer) - 1)]
    numbers = [type(n) is int and low <= n <= MAX_NUMBER for n, low in zip(layer[1:], least)]
    return len(numbers) == SHELF[layer[0]] and all(numbers)


def after(layer: tuple, shape: tuple) -> tuple | str:
    """The shape after a layer, or why it does not fit."""
    name, *numbers = layer
    if name == "ReLU":
        return shape
    if name == "Linear":
        fits = shape == (numbers[0],)
        return (numbers[1],) if fits else f"takes ({numbers[0]},)"
    if len(shape) != 3:
        return "takes an image"
    channels, *sides = shape
    if name == "Flatten":
        return (channels * sides[0] * sides[1],)
    if name == "AdaptiveAvgPool2d":
        return (channels, numbers[0], numbers[0])
    if name == "Conv2d" and numbers[0] != channels:
        return f"takes {numbers[0]} channels"
    kernel, step, padding = numbers[2:] if name == "Conv2d" else (numbers[0], numbers[0], 0)
    sides = [(side + 2 * padding - kernel) // step + 1 for side in sides]
    if min(sides) < 1:
        return "has a kernel larger than the image"
    return (numbers[1] if name == "Conv2d" else channels, *sides)


def parameters(layer: tuple) -> int:
    if layer[0] not in ("Linear", "Conv2d"):
        return 0
    kernel = layer[3] ** 2 if layer[0] == "Conv2d" else 1
    return (layer[1] * kernel + 1) * layer[2]


def weighted(layers: list) -> list[int]:
    """The places of the layers that have weights."""
    return [place for place, layer in enumerate(layers) if parameters(layer)]


def expect_fit(wanted: Job, layers: list) -> None:
    shape = wanted.shape
    for place, layer in enumerate(layers):
        found = after(tuple(layer), shape)
        if isinstance(found, str):
            message = f"layer {place}, {tuple(layer)}, {found}, and gets {shape}"
            fail(message, example=wanted.shown(layers))
        shape = found
    message = f"the shape of one output is {shape}, should be {(wanted.classes,)}"
    expect(shape == (wanted.classes,), message, example=wanted.shown(layers))


@check("shelf", "It returns layers of the shelf, the same each time", core=True, points=0, hint=1)
def shelf(solution: Solution, rng: Rng) -> None:
    asked = jobs(rng, room=rng.number(1, 4))
    for (wanted, first), (_, seen) in zip(planned(solution, asked), planned(solution, asked)):
        message = "called again with the same, it returns another plan"
        expect_equal(seen, first, message, example=wanted.shown(first))


@check("vectors", "Its layers fit a vector", core=True, points=2, hint=1)
def vectors(solution: Solution, rng: Rng) -> None:
    for wanted, layers in planned(solution, [job(rng, 1, room=rng.number(1, 9)) for _ in range(4)]):
        expect_fit(wanted, layers)


@check("images", "Its layers fit an image of any size", core=True, points=3, hint=2)
def fits_images(solution: Solution, rng: Rng) -> None:
    odd = job(rng, 3, room=10_000, side=2 * rng.integer(2, 20) + 1)
    asked = [*images(rng, room=rng.number(1, 9)), *images(rng, room=10_000), odd]
    for wanted, layers in planned(solution, asked):
        expect_fit(wanted, layers)
        seen = any(layer[0] == "Conv2d" for layer in layers)
        expect(seen, "the image goes through no Conv2d", example=wanted.shown(layers))


@check("raw-scores", "The last layer is a Linear", core=True, points=2, hint=2)
def raw_scores(solution: Solution, rng: Rng) -> None:
    for wanted, layers in planned(solution, jobs(rng, room=rng.number(1, 9))):
        message = f"the last layer is {tuple(layers[-1])}, should be a Linear"
        expect(layers[-1][0] == "Linear", message, example=wanted.shown(layers))


@check("relu-between", "A ReLU stands between layers with weights", core=True, points=2, hint=2)
def relu_between(solution: Solution, rng: Rng) -> None:
    for wanted, layers in planned(solution, jobs(rng, room=rng.number(1, 9))):
        places = weighted(layers)
        example = wanted.shown(layers)
        expect(len(places) > 1, f"layers with weights: {len(places)}, should be 2", example=example)
        for first, second in zip(places, places[1:]):
            between = [layer[0] for layer in layers[first:second]]
            message = f"there is no ReLU between layer {first} and layer {second}"
            expect("ReLU" in between, message, example=example)


@check("width", "The last layer reads `width` numbers or more", core=True, points=2, hint=3)
def wide(solution: Solution, rng: Rng) -> None:
    for wanted, layers in planned(solution, jobs(rng)):
        place = max(weighted(layers), default=0)
        reads = layers[place][1] if weighted(layers) else 0
        message = f"the last layer reads {reads} numbers, should be {wanted.width} at least"
        expect(reads >= wanted.width, message, example=wanted.shown(layers))


@check("budget", "It keeps within the budget", core=True, points=3, hint=3)
def budget(solution: Solution, rng: Rng) -> None:
    for wanted, layers in planned(solution, [*jobs(rng, room=rng.number(1.5, 4)), *jobs(rng)]):
        count = sum(map(parameters, layers))
        expect(count > 0, "the plan has no weights at all", example=wanted.shown(layers))
        message = f"the plan has {count} parameters, should be {wanted.budget} at most"
        expect(count <= wanted.budget, message, example=wanted.shown(layers))


@check("signature", "Names of arguments are those of the signature", core=True, points=0, hint=1)
def signature(solution: Solution, rng: Rng) -> None:
    for wanted in (Job((4,), 3, 8, 67), *jobs(rng)):
        layers = solution.call("plan", **vars(wanted))
        example = wanted.shown(layers)
        expect(
            isinstance(layers, list) and all(map(is_on_shelf, layers)), "by name", example=example
        )
        expect_fit(wanted, layers)
