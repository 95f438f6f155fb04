from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from bot.kit import Rng, Solution, check, expect, expect_close, expect_equal, fail

ROUNDING = 64.0
SIMPLE = (bool, int, float, str, type(None))


@dataclass(frozen=True)
class Head:
    """What is asked for, and what is right."""

    labels: str
    output: tuple
    gives: str
    given: Tensor  # what the model gives
    target: Tensor
    loss: object  # takes both, in whatever dtype
    options: dict = field(default_factory=dict)

    @property
    def asked(self) -> dict:
        return {"labels": self.labels, "output": self.output, "gives": self.gives, **self.options}


def shape_of(rng: Rng, axes: int) -> tuple:
    """Lengths of so many axes; of no axis those of a column, which is easily taken for a row."""
    return tuple(rng.integer(2, 7) for _ in range(axes)) or (rng.integer(2, 7), 1)


def one_class(rng: Rng, axes: int, gives: str, *, ignore: bool = False, zero: bool = False) -> Head:
    shape = shape_of(rng, axes)
    given = rng.normal(*shape)
    given = given.log_softmax(1) if gives == "log-probabilities" else given
    target = rng.integers(0, shape[1], (shape[0], *shape[2:]))
    left_out = 0 if zero else rng.integer(1, shape[1])
    target.view(-1)[0], target.view(-1)[-1] = left_out, (left_out + 1) % shape[1]

    def loss(scores: Tensor, right: Tensor) -> Tensor:
        logs = scores.log_softmax(1).gather(1, right.unsqueeze(1)).squeeze(1)
        return -(logs[right != left_out] if ignore else logs).mean()

    options = {"ignore": left_out} if ignore else {}
    return Head("one class", shape, gives, given, target, loss, options)


def marks(rng: Rng, labels: str, axes: int, gives: str) -> Head:
    shape = shape_of(rng, axes)
    given = rng.normal(*shape)
    given = given.sigmoid() if gives == "probabilities" else given
    target = rng.integers(0, 2, shape).float()

    def loss(scores: Tensor, right: Tensor) -> Tensor:
        p = scores if gives == "probabilities" else scores.sigmoid()
        return -(right * p.log() + (1 - right) * (1 - p).log()).mean()

    return Head(labels, shape, gives, given, target, loss)


def number(rng: Rng, axes: int, *, outliers: bool) -> Head:
    given, target = (rng.normal(*shape) * 3 for shape in 2 * [shape_of(rng, axes)])

    def loss(value: Tensor, right: Tensor) -> Tensor:
        return (value - right).abs().mean() if outliers else (value - right).square().mean()

    options = {"outliers": True} if outliers else {}
    return Head("number", tuple(given.shape), "value", given, target, loss, options)


def count(rng: Rng, axes: int, gives: str) -> Head:
    shape = shape_of(rng, axes)
    given = rng.uniform(0.2, 3.0, shape)
    target = rng.integers(0, 9, shape).float()

    def loss(rate: Tensor, right: Tensor) -> Tensor:
        log = rate if gives == "scores" else (rate + 1e-8).log()
        return ((rate.exp() if gives == "scores" else rate) - right * log).mean()

    return Head("count", shape, gives, given, target, loss)


def chosen(solution: Solution, heads: list[Head]) -> list[tuple]:
    """What it returns for each: name, arguments, dtype and shape, all of their kind."""
    made = [solution.call_there("loss_for", **head.asked) for head in heads]
    found = solution.connection.fetch_all(made)
    for head, four in zip(heads, found):
        if not isinstance(four, (tuple, list)) or len(four) != 4:
            fail("it does not return four things", example=head.asked)
        if not isinstance(four[0], str) or not isinstance(four[1], dict):
            fail("the first is no name, or the second is no dict", example=four)
        if not all(isinstance(value, SIMPLE) for value in four[1].values()):
            fail("an argument of the loss is no plain value", example=four)
    return found


def expect_fit(solution: Solution, heads: list[Head]) -> None:
    """Fail unless target and loss are right for each head."""
    for head, (name, arguments, dtype, shape) in zip(heads, chosen(solution, heads)):
        example = head.asked
        right = str(head.target.dtype).removeprefix("torch.")
        expect_equal(dtype, right, "the dtype of the target", example=example)
        wanted = tuple(head.target.shape)
        is_shape = isinstance(shape, (tuple, list)) and tuple(shape) == wanted
        expect(is_shape, f"the target's shape is {shape}, should be {wanted}", example=example)
        seen = computed(head, name, arguments)
        exact = head.loss(head.given.double(), head.target)
        message = f"{name}({written(arguments)}) is another loss"
        expect_close(seen, exact.float(), message, exact=exact, factor=ROUNDING, example=example)


def written(arguments: dict) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())[:80]


def computed(head: Head, name: str, arguments: dict) -> Tensor:
    """The loss that was chosen, built here."""
    known = getattr(nn, name, None) if name.endswith("Loss") else None
    if known is None:
        fail(f"there is no loss torch.nn.{name[:40]}", example=head.asked)
    try:
        return known(**arguments)(head.given, head.target)
    except Exception as error:
        fail(f"{name}({written(arguments)}) raised {type(error).__name__}", example=head.asked)


@check("again", "It returns four things, the same each time", core=True, points=0, hint=1)
def again(solution: Solution, rng: Rng) -> None:
    heads = [one_class(rng, 2, "scores"), marks(rng, "any classes", 2, "scores")]
    first = chosen(solution, heads)
    for seen, before, head in zip(chosen(solution, heads), first, heads):
        message = "asked again, it returns something else"
        expect_equal(list(seen), list(before), message, example=head.asked)


@check("one-class", "One class of many", core=True, points=3, hint=1)
def one_of_many(solution: Solution, rng: Rng) -> None:
    expect_fit(solution, [one_class(rng, 2, "scores"), one_class(rng, 2, "log-probabilities")])


@check("each-place", "One class at each place", core=True, points=2, hint=2)
def each_place(solution: Solution, rng: Rng) -> None:
    gives = ("scores", "log-probabilities")
    expect_fit(solution, [one_class(rng, axes, kind) for axes in (3, 4, 5) for kind in gives])


@check("marks", "Yes or no, and any classes", core=True, points=3, hint=1)
def yes_or_no(solution: Solution, rng: Rng) -> None:
    kinds = [(labels, gives) for labels in ("yes or no", "any classes") for gives in MARKS]
    axes = (rng.integer(1, 4), 0)
    expect_fit(solution, [marks(rng, labels, n, gives) for labels, gives in kinds for n in axes])


MARKS = ("scores", "probabilities")


@check("numbers", "Numbers, with outliers and without", core=True, points=2, hint=2)
def numbers(solution: Solution, rng: Rng) -> None:
    expect_fit(
        solution, [number(rng, axes, outliers=wild) for axes in (0, 1, 2) for wild in (0, 1)]
    )


@check("counts", "Counts, from rates and from their logarithms", core=True, points=2, hint=3)
def counts(solution: Solution, rng: Rng) -> None:
    axes = (rng.integer(1, 4), 0)
    expect_fit(solution, [count(rng, n, gives) for gives in ("scores", "rate") for n in axes])


@check("ignored", "A class that does not count", core=True, points=2, hint=3)
def ignored(solution: Solution, rng: Rng) -> None:
    gives = ("scores", "log-probabilities")
    expect_fit(solution, [one_class(rng, n, kind, ignore=True) for n in (2, 4) for kind in gives])
    expect_fit(solution, [one_class(rng, 2, kind, ignore=True, zero=True) for kind in gives])
