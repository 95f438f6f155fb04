import torch
from torch import Tensor

from bot.kit import (
    Call,
    Rng,
    Solution,
    answers,
    check,
    expect_answers,
    expect_close,
    expect_equal,
    expect_form,
    expect_gradients,
    expect_same,
    expect_within,
)

NAME = "cross_entropy"


def oracle(logits: Tensor, target: Tensor, smoothing=0.0, ignore_index=-100) -> Tensor:
    counts = target != ignore_index
    x, classes = logits.movedim(1, -1)[counts], target[counts]
    x = x - x.detach().amax(1, keepdim=True)
    log_p = x - x.exp().sum(1, keepdim=True).log()
    at_target = log_p.gather(1, classes[:, None]).sum()
    total = (1 - smoothing) * at_target + smoothing * log_p.mean(1).sum()
    return (0 - total) / max(len(classes), 1)


# --- drawing ----------------------------------------------------------------------------------


def call(rng: Rng, when: str, *shape: int, size: float = 2.0, **options) -> Call:
    """Scores of this size, of shape (N, C, …); the best of some positions is not their target."""
    logits = rng.normal(*shape) * size
    return Call([logits, rng.integers(0, shape[1], (shape[0], *shape[2:]))], options, when)


def large(rng: Rng, when: str, *shape: int, **options) -> Call:
    """Positions far from each other, up to ±10,000; some have one score far above the others."""
    made = call(rng, when, *shape, **options)
    per_position = [shape[0], 1, *shape[2:]]
    away = rng.uniform(200, 5000, per_position) * (2 * rng.integers(0, 2, per_position) - 1)
    away[0], away[-1] = -away[0].abs(), away[-1].abs()
    made.args[0] += away
    made.args[0][:, rng.integer(0, shape[1])] += rng.number(150, 4000)
    return made


def ignoring(rng: Rng, made: Call, index: int, share: float) -> Call:
    """The same with some targets that do not count: all of them, or neither all nor none."""
    logits, target = made.args
    target = torch.where(target == index, (index + 1) % logits.shape[1], target)
    left_out = rng.uniform(0, 1, target.shape) < share
    if share < 1:
        left_out.view(-1)[rng.permutation(target.numel())[:2]] = torch.tensor([True, False])
    target = torch.where(left_out, index, target)
    when = f"{made.when} with ignore_index={index}"
    return Call([logits, target], {**made.kwargs, "ignore_index": index}, when)


def indices(rng: Rng, classes: int) -> list:
    """Below 0, one of the classes, and beyond them."""
    inside = [0, classes - 1, rng.integer(0, classes)]
    return [-100, -1, -rng.integer(2, 1000), *inside, classes, rng.integer(classes, 1000)]


def sizes(rng: Rng, most: int = 7) -> tuple:
    return rng.integer(3, most), rng.integer(3, most)


def more_shapes(rng: Rng) -> list:
    """Each number of further dimensions, sizes of 1, and sizes that are all alike."""
    alike = rng.integer(3, 5)
    drawn = [tuple(rng.integer(2, 6) for _ in range(dims)) for dims in (3, 4, 5)]
    return [*drawn, (alike,) * 3, (alike,) * 4, (1, rng.integer(2, 6), 1), (2, 1, 3)]


# --- comparing --------------------------------------------------------------------------------


def expect_losses(solution: Solution, calls: list, what: str = "the loss is off") -> None:
    """Fail unless each loss is right, up to rounding errors at the size of the scores."""
    for seen, made in zip(answers(solution, NAME, calls), calls):
        message, right = made.message(what), made.right(oracle)
        expect_form(seen, right, message, example=made.shown())
        most = max(1.0, float(made.args[0].abs().max())) if made.args[0].numel() else 1.0
        near = 16 * torch.finfo(right.dtype).eps * most
        expect_within(seen, made.exact(oracle), near, message, example=made.shown())


# --- the checks -------------------------------------------------------------------------------


@check("again", "The same call gives the same loss", core=True, points=0, hint=2)
def again(solution: Solution, rng: Rng) -> None:
    made = call(rng, "", *sizes(rng))
    first, second = answers(solution, NAME, [made, made])
    message = "called again with the same scores, it returns another loss"
    expect_same(second, first, message, wanted=made.right(oracle), example=made.shown())


@check("plain", "It is the mean of -log p of the targets", core=True, hint=1)
def plain(solution: Solution, rng: Rng) -> None:
    shapes = [sizes(rng), (1, 2), (1, rng.integer(2, 9)), (5, 1), (2, rng.integer(200, 2000))]
    shapes.append((rng.integer(100, 500), rng.integer(10, 40)))
    expect_losses(solution, [call(rng, f"for scores of shape {s}", *s) for s in shapes])


@check("large", "Large scores give the exact loss, finite", core=True, points=2, hint=1)
def large_scores(solution: Solution, rng: Rng) -> None:
    shapes = [*(sizes(rng) for _ in range(4)), (rng.integer(50, 200), rng.integer(50, 200))]
    calls = [large(rng, "with large scores", *shape) for shape in shapes]
    for shift in (-rng.number(200, 9000), rng.number(200, 9000)):
        made = call(rng, f"with {shift:.0f} added to all scores", *sizes(rng))
        made.args[0] += shift
        calls.append(made)
    expect_losses(solution, calls)


@check("smoothing", "Smoothing spreads s evenly over all classes", core=True, hint=2)
def smoothing(solution: Solution, rng: Rng) -> None:
    calls = []
    for s in (rng.number(0.05, 0.45), rng.number(0.55, 0.95), 1.0, 1, 0):
        shape, when = sizes(rng), f"with smoothing={s:.3g}"
        calls.append(call(rng, when, *shape, smoothing=s))
        calls.append(large(rng, f"{when} and large scores", *shape, smoothing=s))
    expect_losses(solution, calls)


@check("dimensions", "The classes lie along dimension 1 of any shape", core=True, hint=2)
def dimensions(solution: Solution, rng: Rng) -> None:
    calls = []
    for shape in more_shapes(rng):
        when = f"for scores of shape {shape}"
        s = rng.number(0.1, 0.9)
        calls += [call(rng, when, *shape), call(rng, f"{when}, smoothed", *shape, smoothing=s)]
    expect_losses(solution, calls)


@check("ignored", "Positions to ignore count in no part", core=True, points=2, hint=2)
def ignored(solution: Solution, rng: Rng) -> None:
    calls = []
    for shape in [sizes(rng), rng.choice(more_shapes(rng)[:5])]:
        for index in indices(rng, shape[1]):
            share, s = rng.number(0.2, 0.6), rng.number(0.1, 0.9)
            calls.append(ignoring(rng, call(rng, "", *shape), index, share))
            smoothed = call(rng, f"with smoothing={s:.3g} and", *shape, smoothing=s)
            calls.append(ignoring(rng, smoothed, index, share))
    calls = [Call(each.args, each.kwargs, each.when.strip()) for each in calls]
    logits, target = ignoring(rng, call(rng, "", *sizes(rng)), -100, 0.4).args
    expect_losses(solution, [Call([logits, target], when="with -100 and no ignore_index"), *calls])


@check("untouched", "logits and target stay as they are", core=True, points=0, hint=3)
def untouched(solution: Solution, rng: Rng) -> None:
    for draw, index in ((call, -100), (large, 1)):
        made = ignoring(rng, draw(rng, "", *sizes(rng), smoothing=0.2), index, 0.4)
        there = [solution.put_tensor(tensor) for tensor in made.args]
        solution.call_there(NAME, *there, **made.kwargs)
        named = ("logits", "target")
        for name, now, before in zip(named, solution.fetch_all(there), made.args):
            expect_equal(now, before, f"{name} changed in the call", example=made.shown())


@check("nothing", "Where no position counts, the loss is 0", core=True, hint=3)
def nothing(solution: Solution, rng: Rng) -> None:
    calls = []
    for s in (0.0, rng.number(0.1, 1)):
        for index in rng.shuffled(indices(rng, 3))[:3]:
            shape = rng.choice([(rng.integer(1, 5), 3), (2, 3, rng.integer(1, 4))])
            made = call(rng, f"with smoothing={s:.3g} and", *shape, smoothing=s)
            calls.append(ignoring(rng, made, index, 2.0))
        calls.append(call(rng, f"for N = 0 with smoothing={s:.3g}", 0, 4, smoothing=s))
    some = call(rng, "where every position counts", 3, 3)
    expect_losses(solution, [*calls, some])
    expect_gradients(solution, NAME, calls, oracle, what="the gradient of logits is off")


@check("gradient", "The gradient is the exact one, 0 where ignored", core=True, hint=1)
def gradient(solution: Solution, rng: Rng) -> None:
    calls = [call(rng, "", *sizes(rng)), large(rng, "with large scores", *sizes(rng))]
    for s in (0.0, rng.number(0.1, 0.9), 1.0):
        for shape in [sizes(rng), *more_shapes(rng)[:2]]:
            index = rng.choice(indices(rng, shape[1]))
            draw = rng.choice([call, large])
            size = " and large scores" if draw is large else ""
            made = draw(rng, f"with smoothing={s:.3g}{size} and", *shape, smoothing=s)
            calls.append(ignoring(rng, made, index, 0.4))
    expect_gradients(solution, NAME, calls, oracle, what="the gradient of logits is off")


@check("signature", "Names, places and the example are those of the task", core=True, hint=3)
def signature(solution: Solution, rng: Rng) -> None:
    logits = torch.tensor([[2.0, 0.0, 1.0], [0.0, 1000.0, 0.0], [5.0, 5.0, 5.0]])
    example = Call([logits, torch.tensor([0, 2, -100])], when="in the example of the task")
    made = ignoring(rng, call(rng, "", *sizes(rng), smoothing=0.3), -7, 0.3)
    named = dict(zip(["logits", "target"], made.args))
    by_name = Call([], {**named, **made.kwargs}, "with every argument by name")
    by_place = Call([*made.args, *made.kwargs.values()], when="with every argument by place")
    expect_answers(solution, NAME, [example, by_name, by_place], oracle, "the loss is off")


@check("float64", "float64 scores get all in float64", core=False, hint=1)
def float64(solution: Solution, rng: Rng) -> None:
    for draw in (call, large):
        made = ignoring(rng, draw(rng, "", *sizes(rng), smoothing=0.3), -100, 0.3)
        made = Call([made.args[0].double(), made.args[1]], made.kwargs)
        (seen,) = answers(solution, NAME, [made])
        expect_close(seen, made.right(oracle), "for float64 scores, the loss is off", factor=64)
