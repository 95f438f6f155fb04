import torch
from torch.nn import functional

from bot.kit import Call, Rng, Solution, answers, check, expect_answers, expect_equal, expect_same

ROUNDING = 64.0  # rounding errors allowed: sums in any order
LAST = (True, False, True, False)  # whether it is the last axis


def pulled(function, grad, *inputs):
    """What autograd gives: the gradients of all inputs."""
    leaves = [given.detach().clone().requires_grad_() for given in inputs]
    found = torch.autograd.grad(function(*leaves), leaves, grad)
    return tuple(gradient.detach() for gradient in found)


def unbroadcast(grad, shape):
    zeros = torch.zeros(tuple(shape), dtype=grad.dtype)
    return pulled(lambda x: x.expand(grad.shape), grad, zeros)[0]


def mul_back(grad, a, b):
    return pulled(torch.mul, grad, a, b)


def max_back(grad, x, dim):
    return pulled(lambda x: x.amax(dim), grad, x)[0]


def softmax_back(grad, y, dim):
    return y * (grad - (grad * y).sum(dim, keepdim=True))


def layer_norm_back(grad, x, weight, eps=1e-5):
    size = weight.shape
    bias = torch.zeros_like(weight)
    return pulled(lambda x, w, b: functional.layer_norm(x, size, w, b, eps), grad, x, weight, bias)


def sizes(rng: Rng, low: int, high: int) -> list:
    return [rng.integer(2, 6) for _ in range(rng.integer(low, high))]


def broadcast(rng: Rng, added: int, stretched: int) -> tuple:
    """A shape, and what it becomes with so many axes added in front and stretched from 1."""
    wide = [rng.integer(2, 6) for _ in range(added + stretched + rng.integer(1, 3))]
    shape = wide[added:]
    for place in rng.permutation(len(shape))[:stretched].tolist():
        shape[place] = 1
    return tuple(shape), tuple(wide)


def widening(rng: Rng, added: int, stretched: int, dtype=torch.float32) -> Call:
    shape, wide = broadcast(rng, added, stretched)
    return Call([rng.normal(*wide, dtype=dtype), shape], when=f"from {shape} to {wide}")


def product(rng: Rng, first: tuple, second: tuple, dtype=torch.float32) -> Call:
    """`first` and `second` say how many axes of each factor are missing and are 1."""
    wide = [rng.integer(2, 6) for _ in range(4)]
    factors = []
    for missing, ones in (first, second):
        shape = wide[missing:]
        for place in rng.permutation(len(shape))[:ones].tolist():
            shape[place] = 1
        factors.append(rng.normal(*shape, dtype=dtype))
    grad = rng.normal(*(factors[0] * factors[1]).shape, dtype=dtype)
    return Call([grad, *factors], when=f"for {tuple(factors[0].shape)} * {tuple(factors[1].shape)}")


def axis(rng: Rng, *, last: bool) -> tuple:
    """A shape, and one of its axes: the last or another, from either end."""
    shape = sizes(rng, 1 if last else 2, 4)
    dim = len(shape) - 1 if last else rng.integer(0, len(shape) - 1)
    return shape, dim - len(shape) * rng.integer(0, 2)


def largest(rng: Rng, *, ties: bool, last: bool, dtype=torch.float32) -> Call:
    shape, dim = axis(rng, last=last)
    x = rng.integers(0, 2, shape).to(dtype) if ties else rng.normal(*shape, dtype=dtype)
    grad = rng.normal(*x.amax(dim).shape, dtype=dtype)
    return Call([grad, x, dim], when=f"for {tuple(shape)} along {dim}")


def softened(rng: Rng, *, last: bool, dtype=torch.float32) -> Call:
    shape, dim = axis(rng, last=last)
    y = (rng.normal(*shape, dtype=dtype) * 2).softmax(dim)
    grad = rng.normal(*shape, dtype=dtype)
    return Call([grad, y, dim], when=f"for {tuple(shape)} along {dim}")


def normed(rng: Rng, axes: int = 2, dtype=torch.float32, **eps) -> Call:
    x = rng.normal(*sizes(rng, axes - 1, axes), rng.integer(6, 14), dtype=dtype)
    x *= rng.number(0.5, 2) / x.std(-1, keepdim=True)  # a row of equal values magnifies rounding
    weight = rng.uniform(0.5, 2.0, x.shape[-1:], dtype)
    grad = rng.normal(*x.shape, dtype=dtype) + rng.number(0.5, 2)
    return Call([grad, x + rng.number(-2, 2), weight], eps, f"for x of shape {tuple(x.shape)}")


def one_of_each(rng: Rng, dtype=torch.float32) -> list:
    return [
        ("unbroadcast", unbroadcast, widening(rng, 1, 1, dtype)),
        ("mul_back", mul_back, product(rng, (1, 1), (0, 1), dtype)),
        ("max_back", max_back, largest(rng, ties=False, last=True, dtype=dtype)),
        ("softmax_back", softmax_back, softened(rng, last=True, dtype=dtype)),
        ("layer_norm_back", layer_norm_back, normed(rng, dtype=dtype)),
    ]


@check("again", "The same call does the same, however often", core=True, points=0, hint=1)
def again(solution: Solution, rng: Rng) -> None:
    for name, oracle, call in one_of_each(rng):
        first, seen = answers(solution, name, [call, call])
        wanted = call.right(oracle)
        message = f"{name}, called twice with the same, differs the second time"
        for one, other, right in zip(parts(seen), parts(first), parts(wanted)):
            expect_same(one, other, message, wanted=right)


def parts(value: object) -> tuple:
    return value if isinstance(value, tuple) else (value,)


@check("unbroadcast", "unbroadcast sums over what was widened", core=True, points=2, hint=1)
def unbroadcasts(solution: Solution, rng: Rng) -> None:
    calls = [widening(rng, *case) for case in ((2, 0), (0, 1), (0, 2), (1, 1), (0, 0))]
    scalar = Call([rng.normal(*sizes(rng, 1, 4)), ()], when="from ()")
    what = "what unbroadcast returns is off"
    expect_answers(solution, "unbroadcast", [*calls, scalar], unbroadcast, what, factor=ROUNDING)


@check("product", "mul_back gives each factor its gradient", core=True, points=2, hint=1)
def products(solution: Solution, rng: Rng) -> None:
    cases = [
        ((0, 0), (0, 0)),
        ((2, 0), (0, 0)),
        ((0, 0), (1, 1)),
        ((0, 2), (1, 1)),
        ((2, 1), (0, 1)),
    ]
    calls = [product(rng, *case) for case in cases]
    what = "what mul_back returns is off"
    expect_answers(solution, "mul_back", calls, mul_back, what, factor=ROUNDING)


@check("largest", "max_back gives it to the largest alone", core=True, points=2, hint=2)
def largest_alone(solution: Solution, rng: Rng) -> None:
    calls = [largest(rng, ties=False, last=last) for last in LAST]
    expect_answers(solution, "max_back", calls, max_back, "what max_back returns is off")


@check("ties", "Where several are the largest, they share equally", core=True, points=2, hint=2)
def ties(solution: Solution, rng: Rng) -> None:
    calls = [largest(rng, ties=True, last=last) for last in LAST]
    equal = torch.full((rng.integer(2, 4), rng.integer(3, 6)), rng.number(-3, 3))
    calls += [Call([rng.normal(len(equal)), equal, 1], when="where all are equal")]
    expect_answers(solution, "max_back", calls, max_back, "what max_back returns is off")


@check("softmax", "softmax_back knows that the outputs sum to 1", core=True, points=2, hint=2)
def softmax(solution: Solution, rng: Rng) -> None:
    calls = [softened(rng, last=last) for last in LAST]
    what = "what softmax_back returns is off"
    expect_answers(solution, "softmax_back", calls, softmax_back, what, factor=ROUNDING)


def part_of_norm(place: int):
    """The oracle's part at this place, for answers of which only that part is looked at."""
    return lambda *args, **kwargs: layer_norm_back(*args, **kwargs)[place]


@check("norm-parameters", "weight and bias get sums over all rows", core=True, points=2, hint=3)
def norm_parameters(solution: Solution, rng: Rng) -> None:
    calls = [normed(rng, axes) for axes in (2, 1, 3, 4)] + [normed(rng, eps=rng.number(0.01, 0.5))]
    expect_parts(solution, calls, {1: "the gradient of weight is off", 2: "that of bias is off"})


@check("norm-input", "x gets its gradient through mean and variance", core=True, points=3, hint=3)
def norm_input(solution: Solution, rng: Rng) -> None:
    calls = [normed(rng, axes) for axes in (2, 1, 3, 4)] + [normed(rng, eps=rng.number(0.01, 0.5))]
    expect_parts(solution, calls, {0: "the gradient of x is off"})


def expect_parts(solution: Solution, calls: list, places: dict) -> None:
    made = [solution.call_there("layer_norm_back", *call.args, **call.kwargs) for call in calls]
    for call, three in zip(calls, made):
        for place, what in places.items():
            asked = [Call([place])]
            oracle = lambda _, call=call, place=place: call.right(part_of_norm(place))  # noqa: E731
            message = call.message(f"in what layer_norm_back returns, {what}")
            expect_answers(three, "__getitem__", asked, oracle, message, factor=4 * ROUNDING)


@check("float64", "float64 stays float64", core=True, points=0, hint=3)
def float64(solution: Solution, rng: Rng) -> None:
    for name, oracle, call in one_of_each(rng, torch.float64):
        calls = [Call(call.args, when=f"in float64, {call.when}")]
        what = f"what {name} returns is off"
        expect_answers(solution, name, calls, oracle, what, factor=ROUNDING)


@check("inputs", "What they are given stays as it is", core=True, points=0, hint=3)
def inputs(solution: Solution, rng: Rng) -> None:
    for name, _, call in one_of_each(rng):
        tensors = [arg for arg in call.args if torch.is_tensor(arg)]
        given = [solution.put_tensor(tensor) for tensor in tensors]
        solution.call(name, *given, *call.args[len(tensors) :])
        for now, before in zip(solution.fetch_all(given), tensors):
            expect_equal(now, before, f"{name} changes what it is given")
