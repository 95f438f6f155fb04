import torch
from torch import Tensor

from bot.kit import (
    Call,
    Rng,
    Remote,
    Solution,
    check,
    expect,
    expect_close,
    expect_equal,
    expect_raises,
    expect_same,
    fail,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up
REDUCTIONS = ("none", "sum", "mean")


def oracle(
    logits: Tensor, target: Tensor, gamma=2.0, weight=None, ignore_index=-100, reduction="mean"
) -> Tensor:
    counts = target != ignore_index
    known = target.masked_fill(~counts, 0)
    log_p = logits.log_softmax(1).gather(1, known.unsqueeze(1)).squeeze(1)
    weights = torch.ones(logits.shape[1], dtype=logits.dtype) if weight is None else weight
    factors = weights[known] * counts
    losses = -factors * (1 - log_p.exp()) ** gamma * log_p
    if reduction == "none":
        return losses
    return losses.sum() / (factors.sum() if reduction == "mean" and counts.any() else 1)


def ask(solution: Solution, call: Call, logits: Remote | None = None) -> Remote:
    """The loss of a module that is made for this call; it stays there."""
    given = call.args[0] if logits is None else logits
    return solution.call_there("FocalLoss", **call.kwargs).call_there("", given, call.args[1])


def expect_losses(solution: Solution, calls: list, what: str = "the loss is off") -> None:
    for seen, call in zip(solution.fetch_all([ask(solution, call) for call in calls]), calls):
        right, exact = call.right(oracle), call.exact(oracle)
        told, shown = call.message(what), call.shown()
        expect_close(seen, right, told, exact=exact, factor=ROUNDING, example=shown)


def expect_grads(solution: Solution, calls: list) -> None:
    """Fail unless the gradients of the logits are right; one message for all calls."""
    leaves = [solution.put_tensor(call.args[0], requires_grad=True) for call in calls]
    ups = [call.right(oracle).cos() + 2 for call in calls]  # no two alike
    for call, leaf, up in zip(calls, leaves, ups):
        ask(solution, call, leaf).call_there("backward", up)
    for seen, call, up in zip(solution.fetch_all(leaves, "grad"), calls, ups):
        if seen is None:
            fail(call.message("no gradient reaches the logits"), example=call.shown())
        right, exact = _grad(call, up, torch.float32), _grad(call, up, torch.float64)
        what = call.message("the gradient of the logits is off")
        expect_close(seen, right, what, exact=exact, factor=ROUNDING, example=call.shown())


def _grad(call: Call, up: Tensor, dtype: torch.dtype) -> Tensor:
    logits = call.args[0].to(dtype, copy=True).requires_grad_()
    weight = call.kwargs.get("weight")
    options = {**call.kwargs, "weight": None if weight is None else weight.to(dtype)}
    return torch.autograd.grad(oracle(logits, call.args[1], **options), logits, up.to(dtype))[0]


def drawn(
    rng: Rng, when="", *, ignored=None, weighted=False, dims=0, size=2.5, dtype=torch.float32, **own
) -> Call:
    """A call with all but what is named drawn.

    Args:
        ignored: The target of places to ignore: at least one has it, and at least two have not.
        weighted: Whether classes have weights.
        dims: How many dimensions come after the classes.
        size: Of the largest logits.
    """
    count = round(rng.magnitude(4, 12 if dims else 50))
    classes = round(rng.magnitude(3, 9 if dims else 40))
    more = tuple(rng.integer(2, 5) for _ in range(dims))
    options = {"gamma": rng.number(1.2, 4), "reduction": "mean", **own}
    if weighted:
        options["weight"] = rng.uniform(0.2, 4, (classes,), dtype)
    target = rng.integers(0, classes, (count, *more))
    others = [i for i in range(3) if i != ignored][-2:]
    target[0], target[1] = others  # two classes, so that no weight cancels
    if ignored is not None:
        options["ignore_index"] = ignored
        target[rng.integer(2, count)] = ignored
    logits = rng.uniform(-size, size, (count, classes, *more), dtype)
    return Call([logits, target], options, when)


@check("again", "The same call gives the same again", core=True, points=0, hint=2)
def again(solution: Solution, rng: Rng) -> None:
    call = drawn(rng, reduction="none")
    other = (-call.args[0], call.args[1].roll(1))
    made = solution.call_there("FocalLoss", **call.kwargs)
    asked = [made.call_there("", *args) for args in (call.args, other, call.args)]
    first, _, second = solution.fetch_all(asked)
    what = "a module that is called again with the same gives something else"
    expect_same(second, first, what, wanted=call.right(oracle), example=call.shown())


@check("gamma-zero", "With gamma=0 it is the cross entropy", core=True, hint=1)
def gamma_zero(solution: Solution, rng: Rng) -> None:
    calls = [drawn(rng, f"with gamma=0 and {r!r}", gamma=0, reduction=r) for r in ("none", "sum")]
    expect_losses(solution, calls)


@check("focal", "What is right already is turned down", core=True, points=2, hint=1)
def focal(solution: Solution, rng: Rng) -> None:
    calls = [drawn(rng, f"with gamma={g}", gamma=g, reduction="none") for g in (1, 2.0)]
    calls += [drawn(rng, f"with a drawn gamma and {r!r}", reduction=r) for r in ("none", "sum")]
    expect_losses(solution, calls)


@check("weights", "Each place has the weight of its class", core=True, points=2, hint=1)
def weights(solution: Solution, rng: Rng) -> None:
    calls = [
        drawn(rng, f"with weights, gamma={g:.3g} and {r!r}", weighted=True, gamma=g, reduction=r)
        for r in ("none", "sum")
        for g in (0, rng.number(1, 3))
    ]
    expect_losses(solution, calls)


@check("mean", "The mean divides by the weights that count", core=True, hint=2)
def mean(solution: Solution, rng: Rng) -> None:
    calls = [
        drawn(rng, "with weights" if w else "without weights", weighted=w, gamma=g)
        for w in (False, True)
        for g in (0, rng.number(1, 4))
    ]
    expect_losses(solution, calls, "the mean is off")


@check("ignored", "Ignored places count nowhere", core=True, points=2, hint=2)
def ignored(solution: Solution, rng: Rng) -> None:
    indices = [-100, -1, 0, rng.integer(1, 3), rng.integer(-999, 0), rng.integer(9, 999)]
    calls = [
        drawn(rng, f"with ignore_index={i} and {r!r}", ignored=i, weighted=w, reduction=r)
        for i, r, w in zip(rng.shuffled(indices), 2 * REDUCTIONS, rng.shuffled(3 * [True, False]))
    ]
    calls.append(drawn(rng, "with all targets -100 but one", reduction="mean"))
    calls[-1].args[1][1:] = -100
    expect_losses(solution, calls)
    inputs = [solution.put_tensor(arg) for arg in calls[0].args]
    ask(solution, Call(inputs, calls[0].kwargs))
    for seen, arg in zip(solution.fetch_all(inputs), calls[0].args):
        what = calls[0].message("an input is not what it was before the call")
        expect_equal(seen, arg, what, example=calls[0].shown())


@check("nothing-left", "Where no place is left, the loss is 0", core=True, hint=2)
def nothing_left(solution: Solution, rng: Rng) -> None:
    calls = []
    for r in REDUCTIONS:
        for what in ("all places ignored", "no places at all"):
            call = drawn(
                rng, f"with {what} and {r!r}", weighted=rng.integer(0, 2) == 1, reduction=r
            )
            if what == "no places at all":
                call.args[:] = [arg[:0] for arg in call.args]
            call.args[1].fill_(call.kwargs.setdefault("ignore_index", rng.integer(-300, 2)))
            calls.append(call)
    expect_losses(solution, [*calls, drawn(rng, "with places that count")])
    expect_grads(solution, calls[2:])


@check("dense", "Dimensions after the classes are places, too", core=True, hint=3)
def dense(solution: Solution, rng: Rng) -> None:
    calls = []
    for dims in (1, 2, 3):
        for r in rng.shuffled(REDUCTIONS)[:2]:
            own = {"weighted": rng.choice([True, False]), "ignored": rng.choice([None, 0, -9])}
            when = f"with {2 + dims} dimensions and {r!r}"
            calls.append(drawn(rng, when, dims=dims, reduction=r, **own))
    expect_losses(solution, calls)


@check("gradients", "The gradient is that of the whole formula", core=True, points=2, hint=3)
def gradients(solution: Solution, rng: Rng) -> None:
    calls = [
        drawn(
            rng, f"with reduction={r!r}", reduction=r, weighted=w, ignored=i, gamma=rng.number(1, 4)
        )
        for r in REDUCTIONS
        for w, i in ((False, rng.integer(0, 3)), (True, rng.integer(-999, 0)))
    ]
    calls.append(drawn(rng, "with gamma=0", gamma=0.0))
    calls.append(drawn(rng, "with gamma=1", gamma=1, dims=1))
    expect_grads(solution, calls)


@check("extremes", "Large logits give finite losses and gradients", core=True, hint=3)
def extremes(solution: Solution, rng: Rng) -> None:
    calls = []
    for gamma, r in zip((0, 1, rng.number(1.2, 4)), rng.shuffled(REDUCTIONS)):
        call = drawn(
            rng, f"with logits of up to ±10,000 and gamma={gamma:.3g}", gamma=gamma, reduction=r
        )
        logits, target = call.args
        # Far from each other, so that each probability is 0 or 1.
        steps = [rng.permutation(logits.shape[1]) - logits.shape[1] // 2 for _ in logits]
        logits[:] = torch.stack(steps) * (rng.number(1e4, 2e4) / logits.shape[1])
        # The first is surely right, the second surely wrong.
        target[:2] = torch.stack([logits[0].argmax(), logits[1].argmin()])
        calls.append(call)
    expect_losses(solution, [*calls, drawn(rng, "with logits of up to 40", size=40.0)])
    expect_grads(solution, calls)


@check("float64", "float64 logits give a float64 loss", core=True, hint=3)
def float64(solution: Solution, rng: Rng) -> None:
    calls = [
        drawn(rng, f"in float64 with {r!r}", weighted=w, dtype=torch.float64, reduction=r)
        for r, w in zip(REDUCTIONS, rng.shuffled([True, False, True]))
    ]
    expect_losses(solution, calls)


@check("module", "It is made as the signature says", core=True, hint=2)
def module(solution: Solution, rng: Rng) -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 0.0], [9.0, 1.0]])
    args = [logits, torch.tensor([0, 1, -100])]
    calls = [Call(args, {"weight": torch.tensor([1.0, 3.0])}, "in the example of the task")]
    calls.append(Call(drawn(rng).args, {}, "with nothing but the defaults"))
    expect_losses(solution, calls)
    call = drawn(rng, weighted=True, ignored=rng.integer(-9, 3), reduction=rng.choice(REDUCTIONS))
    values = [call.kwargs[name] for name in ("gamma", "weight", "ignore_index", "reduction")]
    made = solution.call_there("FocalLoss", *values)
    seen = made.call("", *call.args)
    what = "with all options given by place, the loss is off"
    expect_close(seen, call.right(oracle), what, factor=ROUNDING, example=call.shown())
    trained = made.fetch_parameters()
    expect(not trained, f"it has parameters, should have none: {', '.join(trained)}")
    moved = made.call_there("double").get("weight")
    wanted = call.kwargs["weight"].double()
    expect_equal(moved, wanted, "after .double(), the buffer `weight` is off")
    name = "".join("abcdefgh"[rng.integer(0, 8)] for _ in range(4))
    expect_raises(
        lambda: solution.call_there("FocalLoss", reduction=name),
        "ValueError",
        f"FocalLoss(reduction={name!r})",
    )
