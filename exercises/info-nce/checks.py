import math

import torch
from torch import Tensor

from bot.kit import (
    Call,
    Remote,
    Rng,
    Solution,
    check,
    expect,
    expect_close,
    expect_equal,
    expect_form,
    expect_same,
    expect_within,
    fail,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up
WARM = (0.05, 5)  # temperatures at which nothing is close to 0 or 1


def oracle(
    a: Tensor, b: Tensor, ids: Tensor | None = None, temperature=0.07, learn=False
) -> Tensor:
    scores = (a / a.norm(dim=1, keepdim=True)) @ (b / b.norm(dim=1, keepdim=True)).T / temperature
    if ids is not None:
        same = (ids[:, None] == ids) & ~torch.eye(len(a), dtype=torch.bool)
        scores = scores.masked_fill(same, -math.inf)
    both = scores.log_softmax(0).diagonal() + scores.log_softmax(1).diagonal()
    return 0 - both.mean() / 2


def ask(solution: Solution, call: Call, args: list | None = None) -> Remote:
    """The loss of a module that is made for this call; it stays there."""
    made = solution.call_there("InfoNCE", **call.kwargs)
    return made.call_there("", *(call.args if args is None else args))


def expect_loss(seen: object, call: Call, what: str = "the loss is off") -> None:
    """Fail unless it is right, as exactly as scores of this size allow."""
    right, told, shown = call.exact(oracle), call.message(what), call.shown()
    dtype = call.args[0].dtype
    expect_form(seen, right.to(dtype), told, example=shown)
    # A temperature other than 1 may be held in float32.
    known = dtype if call.kwargs.get("temperature") == 1 else torch.float32
    near = tolerance(call, known)
    expect_within(seen, right, near, told, example=shown)


def expect_losses(solution: Solution, calls: list) -> None:
    for seen, call in zip(solution.fetch_all([ask(solution, call) for call in calls]), calls):
        expect_loss(seen, call)


def expect_grads(solution: Solution, calls: list) -> None:
    """Fail unless the gradients of both sides are right; one message for all calls."""
    leaves = []
    for call in calls:
        leaves += [solution.put_tensor(side, requires_grad=True) for side in call.args[:2]]
        ask(solution, call, [*leaves[-2:], *call.args[2:]]).call_there("backward")
    seen = iter(solution.fetch_all(leaves, "grad"))
    for call in calls:
        sides = [side.double().requires_grad_() for side in call.args[:2]]
        answer = oracle(*sides, *call.args[2:], **call.kwargs)
        for name, right, found in zip("ab", torch.autograd.grad(answer, sides), seen):
            if found is None:
                fail(call.message(f"no gradient reaches {name}"), example=call.shown())
            what, shown = call.message(f"the gradient of {name} is off"), call.shown()
            expect_form(found, right.to(call.args[0].dtype), what, example=shown)
            near = tolerance(call) * max(0.01, right.abs().max())
            expect_within(found, right, near, what, example=shown)


def tolerance(call: Call, dtype: torch.dtype = torch.float32) -> float:
    """Rounding errors of scores that are as large as the temperature makes them."""
    return ROUNDING * torch.finfo(dtype).eps * max(1, 1 / call.kwargs.get("temperature", 0.07))


def rows(rng: Rng, count: int, size: int, dtype=torch.float32) -> Tensor:
    """Rows of length 1."""
    drawn = rng.normal(count, size, dtype=torch.float64)
    return (drawn / drawn.norm(dim=1, keepdim=True)).to(dtype)


def drawn(
    rng: Rng, when="", *, most=10, ids=False, warm=False, lengths=False, dtype=torch.float32, **own
) -> Call:
    """A call with all but what is named drawn; the temperature is 1 unless something is said."""
    count, size = round(rng.magnitude(3, most)), round(rng.magnitude(2, 40))
    args = [rows(rng, count, size, dtype) for _ in range(2)]
    if lengths:
        args = [side * (10 ** rng.uniform(-4, 4, (count, 1), dtype)) for side in args]
    if ids:
        known = rng.integers(-(2**40), 2**40, (count,))
        args.append(known[rng.integers(0, max(2, count // 2), (count,))])
        args[2][0] = args[2][rng.integer(1, count)]
    return Call(args, {"temperature": rng.magnitude(*WARM) if warm else 1.0, **own}, when)


@check("again", "The same call gives the same again", core=True, points=0, hint=2)
def again(solution: Solution, rng: Rng) -> None:
    call = drawn(rng, "")
    made = solution.call_there("InfoNCE", **call.kwargs)
    sides = [solution.put_tensor(side) for side in call.args]
    other = (call.args[0].flip(0), call.args[1])
    asked = [made.call_there("", *args) for args in (sides, other, sides)]
    first, _, second, *left = solution.fetch_all([*asked, *sides])
    what = "a module that is called again with the same gives something else"
    expect_same(second, first, what, wanted=call.right(oracle), example=call.shown())
    for seen, side in zip(left, call.args):
        expect_equal(seen, side, "an input is not what it was before", example=call.shown())


@check("pairs", "Each row finds its partner among all of the other side", core=True, hint=1)
def pairs(solution: Solution, rng: Rng) -> None:
    calls = []
    for _ in range(3):
        call = drawn(rng, "with rows of length 1 and temperature 1, both directions being alike")
        mirror = rows(rng, 1, call.args[0].shape[1], torch.float64)
        turned = torch.eye(mirror.shape[1]).double() - 2 * mirror.T @ mirror
        call.args[1] = (call.args[0].double() @ turned).float()  # the table is its own transpose
        calls.append(call)
    expect_losses(solution, calls)


@check("both-ways", "Both directions count, each as a half", core=True, points=2, hint=2)
def both_ways(solution: Solution, rng: Rng) -> None:
    call = drawn(rng, "with rows of length 1 and temperature 1")
    other = Call(call.args[::-1], call.kwargs, "with both sides exchanged")
    expect_losses(solution, [call, other, drawn(rng, call.when, most=60)])


@check("lengths", "Only the direction of a row counts", core=True, points=2, hint=1)
def lengths(solution: Solution, rng: Rng) -> None:
    calls = [drawn(rng, "with rows of lengths from 0.0001 to 10,000", lengths=True)]
    for power in rng.shuffled([-4, 4]):
        calls.append(drawn(rng, f"with rows of length 1e{power}"))
        calls[-1].args[:2] = [side * 10.0**power for side in calls[-1].args]
    expect_losses(solution, calls)


@check("temperature", "The similarities are divided by the temperature", core=True, hint=1)
def temperature(solution: Solution, rng: Rng) -> None:
    values = [rng.magnitude(*WARM), rng.number(2, 9), rng.number(0.05, 0.5)]
    expect_losses(solution, [drawn(rng, f"with temperature={t}", temperature=t) for t in values])


@check("few", "A batch of one has nothing to confuse, one of two has", core=True, hint=1)
def few(solution: Solution, rng: Rng) -> None:
    calls = []
    for count in (1, 2):
        call = drawn(rng, f"with N={count}", warm=True, lengths=True)
        call.args[:] = [side[:count] for side in call.args]
        calls.append(call)
    expect_losses(solution, calls)


@check("ids", "Rows with the same id are no wrong answers", core=True, points=2, hint=2)
def ids(solution: Solution, rng: Rng) -> None:
    calls = [drawn(rng, "with ids", ids=True, warm=w) for w in (False, True, True)]
    for when in ("with one id for all", "with ids that all differ"):
        call = drawn(rng, when, ids=True, warm=True)
        differ = 0 if when == "with one id for all" else 1
        call.args[2] = 7 - differ * rng.permutation(len(call.args[0]))
        calls.append(call)
    inputs = [solution.put_tensor(arg) for arg in calls[0].args]
    asked = [ask(solution, calls[0], inputs), *(ask(solution, call) for call in calls[1:])]
    seen = solution.fetch_all([*asked, *inputs])
    for found, call in zip(seen, calls):
        expect_loss(found, call)
    for found, arg in zip(seen[len(calls) :], calls[0].args):
        expect_equal(found, arg, "with ids, an input is not what it was before")


@check("gradients", "Gradients reach both sides", core=True, points=2, hint=3)
def gradients(solution: Solution, rng: Rng) -> None:
    calls = [
        drawn(rng, f"{'with' if i else 'without'} ids", ids=i, temperature=rng.number(0.3, 3))
        for i in (False, True)
    ]
    for call in calls:
        call.args[:2] = [side * rng.number(0.3, 3) for side in call.args[:2]]
    one = Call([rows(rng, 1, 3), rows(rng, 1, 3)], {}, "with N=1")
    expect_grads(solution, [*calls, one])


@check("cold", "Low temperatures give finite losses and gradients", core=True, hint=2)
def cold(solution: Solution, rng: Rng) -> None:
    calls = []
    for dtype in (torch.float32, torch.float64):
        for i in (False, True):
            t = rng.number(0.001, 0.0013)
            when = f"in {str(dtype)[6:]} with temperature={t:.3g}"
            call = drawn(rng, when, ids=i, temperature=t, dtype=dtype)
            # One pair that fits exactly, one that points in opposite directions.
            call.args[1][:2] = call.args[0][:2] * torch.tensor([[1.0], [-1.0]], dtype=dtype)
            calls.append(call)
    expect_losses(solution, calls)
    expect_grads(solution, calls[2:])


@check("learned", "learn=True trains the logarithm of the temperature", core=True, points=2, hint=3)
def learned(solution: Solution, rng: Rng) -> None:
    first, second = rng.magnitude(0.2, 5), rng.magnitude(0.2, 5)
    call = drawn(
        rng, "with learn=True", temperature=first, learn=True, ids=rng.choice([True, False])
    )
    made = solution.call_there("InfoNCE", **call.kwargs)
    found = made.fetch_parameters()
    wanted = {"log_temperature": torch.tensor(math.log(first))}
    expect(
        list(found) == list(wanted), f"with learn=True, the parameters are off: {', '.join(found)}"
    )
    start = "with learn=True, log_temperature at the start is off"
    expect_close(found["log_temperature"], wanted["log_temperature"], start, example=call.kwargs)
    loss = made.call_there("", *call.args)
    loss.call_there("backward")
    grad = made.get_there("log_temperature.grad")
    made.get_there("log_temperature.data").call_there("fill_", math.log(second))
    later = made.call_there("", *call.args)
    before, slope, after = solution.fetch_all([loss, grad, later])
    expect_loss(before, call)
    log = torch.tensor(math.log(first), dtype=torch.float64, requires_grad=True)
    args = [arg.double() if arg.is_floating_point() else arg for arg in call.args]
    right = torch.autograd.grad(oracle(*args, temperature=log.exp()), log)[0]
    what = "with learn=True, the gradient of log_temperature is off"
    expect_form(slope, right.float(), what, example=call.shown())
    expect_within(slope, right, tolerance(call), what, example=call.shown())
    changed = Call(call.args, {"temperature": second}, "after log_temperature has been changed")
    expect_loss(after, changed)
    fixed = solution.call_there("InfoNCE", temperature=first).fetch_parameters()
    expect(not fixed, f"without learn, there are parameters: {', '.join(fixed)}")


@check("signature", "Names, defaults and dtypes are as promised", core=True, hint=3)
def signature(solution: Solution, rng: Rng) -> None:
    a, b = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([[3.0, 0.0], [1.0, 1.0]])
    calls = [Call([a, b], {"temperature": 0.5}, "in the example of the task")]
    calls.append(Call(drawn(rng, "").args, {}, "with nothing but the defaults"))
    calls.append(drawn(rng, "in float64", ids=True, lengths=True, dtype=torch.float64))
    expect_losses(solution, calls)
    call = drawn(rng, "with options by place and ids by name", ids=True, warm=True)
    made = solution.call_there("InfoNCE", *call.kwargs.values(), rng.choice([True, False]))
    expect_loss(made.call("", **dict(zip(("a", "b", "ids"), call.args))), call)
