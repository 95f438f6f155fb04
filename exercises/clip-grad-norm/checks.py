from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, nan, prod

import torch
from torch import Tensor

from bot.kit import (
    Generator,
    Remote,
    Rng,
    Solution,
    Stream,
    check,
    expect,
    expect_close,
    expect_equal,
    expect_form,
    expect_same,
    expect_within,
    fail,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up, any way to take a power


@dataclass(frozen=True)
class Call:
    """One call to ask for.

    Attributes:
        grads: Each parameter's gradient, or None.
        hand_over: Makes the first argument of a list of parameters.
        frozen: Whether the parameters no longer ask for gradients, but still hold them.
    """

    grads: list
    max_norm: float
    norm_type: float = 2.0
    hand_over: Callable = list
    frozen: bool = False

    @cached_property
    def flat(self) -> Tensor:
        """The elements of all gradients that are there."""
        return torch.cat([grad.reshape(-1) for grad in self.grads if grad is not None])

    @cached_property
    def norm(self) -> Tensor:
        """Their joint norm, in their dtype."""
        return torch.linalg.vector_norm(self.flat, self.norm_type)

    @cached_property
    def exact(self) -> Tensor:
        """The joint norm in float64."""
        return torch.linalg.vector_norm(self.flat.double(), self.norm_type)

    @property
    def factor(self) -> float:
        """What every element is multiplied by."""
        norm = self.exact.item()
        return self.max_norm / norm if self.max_norm < norm < inf else 1.0

    def limited(self, share: float) -> "Call":
        """The same with a `max_norm` that is this share of the norm."""
        return replace(self, max_norm=self.exact.item() * share)

    def shown(self) -> dict:
        return {
            "max_norm": self.max_norm,
            "norm_type": self.norm_type,
            "gradients": self.grads,
        }


@dataclass(frozen=True)
class Outcome:
    """What one call did.

    Attributes:
        norm: What it returned.
        grads: Each parameter's `.grad` afterwards.
    """

    norm: object
    grads: list


# --- asking -----------------------------------------------------------------------------------


def put(solution: Solution, call: Call) -> list[Remote]:
    """Parameters with these gradients; their own values are beside the point."""
    values = [torch.full((2,) if g is None else g.shape, 3.0) for g in call.grads]
    values = [v if g is None else v.to(g.dtype) for v, g in zip(values, call.grads)]
    parameters = solution.put_parameters(values, call.grads)
    for parameter in parameters if call.frozen else ():
        parameter.call_there("requires_grad_", False)
    return parameters


def ask(solution: Solution, parameters: list, call: Call) -> Remote:
    given = call.hand_over(parameters)
    return solution.call_there("clip_grad_norm", given, call.max_norm, call.norm_type)


def outcomes(solution: Solution, calls: list[Call]) -> list[Outcome]:
    """Ask for all of them, each with parameters of its own; two messages in all."""
    parameters = [put(solution, call) for call in calls]
    norms = [ask(solution, given, call) for given, call in zip(parameters, calls)]
    norms = solution.fetch_all(norms)
    grads = iter(solution.fetch_all(sum(parameters, []), "grad"))
    found = [Outcome(norm, [next(grads) for _ in call.grads]) for norm, call in zip(norms, calls)]
    for outcome, call in zip(found, calls):
        require_gradients(outcome, call)
    return found


def require_gradients(outcome: Outcome, call: Call) -> None:
    """Fail unless every gradient that was there still is, of its shape and dtype."""
    for place, (now, grad) in enumerate(zip(outcome.grads, call.grads)):
        if grad is not None:
            what = f"after the call, `.grad` of parameter {place} is off"
            expect_form(now, grad, what, example=call.shown())


# --- drawing ----------------------------------------------------------------------------------


def sizes(rng: Rng, dims: int) -> tuple:
    return tuple(rng.integer(1, 6) for _ in range(dims))


def some_shapes(rng: Rng) -> list:
    """None of them has as many dimensions as another; one has none."""
    return rng.shuffled([sizes(rng, dims) for dims in (0, 1, 2, rng.integer(3, 5))])


def plain_shapes(rng: Rng) -> list:
    return [(rng.integer(2, 7), rng.integer(2, 5)), (rng.integer(2, 7),)]


def long_shapes(rng: Rng) -> list:
    return rng.shuffled([(rng.integer(30, 50), rng.integer(30, 50)), *plain_shapes(rng)])


def many_shapes(rng: Rng) -> list:
    return [sizes(rng, rng.integer(0, 3)) for _ in range(rng.integer(12, 25))]


def gradients(rng: Rng, shapes: list, *, size: float = 1.0, dtype=torch.float32) -> list:
    """Gradients of unequal lengths, their elements around `size`.

    The largest magnitude belongs to a negative element, and where there are three gradients or
    more the smallest is all zero.
    """
    counts = [prod(shape) for shape in shapes]
    pieces = list(rng.normal(sum(counts), dtype=torch.float64).mul_(size).split(counts))
    for piece, length in zip(pieces, rng.uniform(0.5, 4.0, (len(pieces),)).tolist()):
        piece *= length
    if len(pieces) > 2:
        pieces[counts.index(min(counts))].zero_()
    largest = pieces[counts.index(max(counts))]
    largest[rng.integer(0, len(largest))] = -2 * max(piece.abs().max() for piece in pieces)
    return [piece.reshape(shape).to(dtype) for piece, shape in zip(pieces, shapes)]


def norm_types(rng: Rng) -> list:
    """One of each kind, as whole numbers and as floats."""
    odd, even = rng.choice([3, 5, 7]), rng.choice([4, 6, 8])
    return [1, rng.number(1.2, 3.8), 2, float(odd), even, inf]


def unclipped(rng: Rng, shapes: list, p: float = 2.0) -> Call:
    return Call(gradients(rng, shapes), 1.0, p).limited(rng.magnitude(2, 1e4))


def clipped(rng: Rng, shapes: list, p: float = 2.0) -> Call:
    return Call(gradients(rng, shapes), 1.0, p).limited(rng.magnitude(1e-3, 0.9))


# --- comparing --------------------------------------------------------------------------------


def expect_norm(seen: object, call: Call, message: str) -> None:
    expect_close(seen, call.norm, message, exact=call.exact, factor=ROUNDING, example=call.shown())


def expect_scaled(outcome: Outcome, call: Call, when: str) -> None:
    """Fail unless each element was multiplied by `call.factor`, and say how it was not."""
    found = torch.cat([g.reshape(-1) for g in outcome.grads if g is not None])
    right = call.flat.double() * call.factor
    limits = torch.finfo(found.dtype)
    tolerance = ROUNDING * limits.eps * right.abs() + limits.tiny
    if bool(((found - right).abs() <= tolerance).all()):
        return
    place = call.flat.abs().argmax()
    ratio = (found[place] / call.flat[place]).item()
    if torch.equal(found, call.flat):
        what = "the norm is above max_norm, and yet no gradient changed"
    elif torch.allclose(found, call.flat * ratio, rtol=1e-3):
        what = f"all is multiplied by {ratio:.7g}; max_norm / norm is {call.factor:.7g}"
    else:
        what = "not every element is multiplied by the same max_norm / norm"
    start = 0
    for number, grad in enumerate(g for g in call.grads if g is not None):
        part, start = slice(start, start + grad.numel()), start + grad.numel()
        seen, wanted, near = (t[part].view(grad.shape) for t in (found, right, tolerance))
        message = f"{when}, {what}: gradient {number}"
        expect_within(seen, wanted, near, message, example=call.shown())


def expect_untouched(outcome: Outcome, call: Call, message: str) -> None:
    for now, before in zip(outcome.grads, call.grads):
        if before is not None:
            expect_equal(now, before, message, example=call.shown())


# --- the checks -------------------------------------------------------------------------------


@check("again", "The same call does the same, however often", core=True, hint=2)
def again(solution: Solution, rng: Rng) -> None:
    short, long = clipped(rng, plain_shapes(rng)), clipped(rng, plain_shapes(rng))
    long = replace(long, grads=[g * rng.number(20, 50) for g in long.grads])
    calls = [short, long, short, long]
    seen = outcomes(solution, calls)
    for first, second, call in zip(seen[:2], seen[2:], calls):
        wanted = [call.norm, *call.grads]
        answers = zip([second.norm, *second.grads], [first.norm, *first.grads], wanted)
        for what, (now, before, like) in zip(["norm", "gradients", "gradients"], answers):
            expect_same(
                now,
                before,
                f"called again with the same gradients and max_norm, its {what} are not those of"
                " the first time".replace("norm are not those", "norm is not that"),
                wanted=like,
                factor=ROUNDING,
                example=call.shown(),
            )
    told = told_apart(seen[0].norm, seen[1].norm)
    expect(told, "it returns the same for other gradients", example=calls[1].shown())


def told_apart(one: object, other: object) -> bool:
    """Whether two answers differ: numbers, or tensors that need not be of the right form."""
    if torch.is_tensor(one) and torch.is_tensor(other) and one.shape == other.shape:
        return bool(((one != other) & ~(one.isnan() & other.isnan())).any())
    return isinstance(one, (int, float)) and isinstance(other, (int, float)) and one != other


@check("joint-norm", "It returns one norm over all gradients together", core=True, points=3, hint=1)
def joint_norm(solution: Solution, rng: Rng) -> None:
    usual = [plain_shapes(rng)[1:], plain_shapes(rng), long_shapes(rng)]
    for asked in (usual, [some_shapes(rng), many_shapes(rng)]):  # with () on their own
        calls = [unclipped(rng, shapes) for shapes in asked]
        for outcome, call, shapes in zip(outcomes(solution, calls), calls, asked):
            listed = str(shapes) if len(shapes) < 8 else f"{shapes[:4]} … ({len(shapes)} of them)"
            message = f"for gradients of shapes {listed}, the returned norm is not that of all"
            expect_norm(outcome.norm, call, f"{message} elements")


@check("norm-type", "norm_type chooses the norm: 1, 3 and infinity too", core=True, hint=1)
def norm_type(solution: Solution, rng: Rng) -> None:
    calls = [unclipped(rng, some_shapes(rng), p) for p in norm_types(rng)]
    for outcome, call in zip(outcomes(solution, calls), calls):
        message = f"with norm_type={call.norm_type:.4g}, the returned norm is off"
        expect_norm(outcome.norm, call, message)


@check(
    "scaled",
    "All gradients shrink by one factor, to joint norm max_norm",
    core=True,
    points=3,
    hint=2,
)
def scaled(solution: Solution, rng: Rng) -> None:
    shapes = some_shapes(rng)
    whole = Call(gradients(rng, shapes, size=20), rng.integer(1, 10))
    shares = [1 - rng.magnitude(2e-5, 1e-4), rng.number(0.9, 0.99), rng.number(0.1, 0.7)]
    calls = [whole, *(Call(gradients(rng, shapes), 1.0).limited(share) for share in shares)]
    calls += [clipped(rng, shapes, p) for p in norm_types(rng)]
    calls += [clipped(rng, long_shapes(rng)), clipped(rng, many_shapes(rng))]
    for outcome, call in zip(outcomes(solution, calls), calls):
        expect_scaled(outcome, call, f"with norm_type={call.norm_type:.4g}")
    first = Call(gradients(rng, shapes, size=1000), 1.0).limited(rng.number(0.2, 0.8))
    twice(solution, first, rng.number(0.2, 0.8))


def twice(solution: Solution, call: Call, share: float) -> None:
    """Clip the same parameters twice, the second time to less."""
    parameters = put(solution, call)
    then = replace(call, max_norm=call.max_norm * share)
    asked = [ask(solution, parameters, call), ask(solution, parameters, then)]
    outcome = Outcome(asked, solution.fetch_all(parameters, "grad"))
    when = f"clipped to max_norm={call.max_norm:.4g} and then to {then.max_norm:.4g}"
    require_gradients(outcome, then)
    expect_scaled(outcome, then, when)


@check("in-place", "The gradient tensors themselves are changed", core=True, hint=3)
def in_place(solution: Solution, rng: Rng) -> None:
    call = clipped(rng, some_shapes(rng), rng.choice(norm_types(rng)))
    pieces, beside = len(call.grads), rng.number(5, 9)
    # All gradients are views of one memory, every second number of it; 5 to 9 stands in between.
    whole = torch.full((2 * sum(g.numel() for g in call.grads),), beside)
    whole[::2] = torch.cat([g.reshape(-1) for g in call.grads])
    memory = solution.put_tensor(whole)
    values = [rng.normal(*g.shape) for g in call.grads]
    parameters, held, start = solution.put_parameters(values), [], 0
    for parameter, grad in zip(parameters, call.grads):
        strides = [2 * prod(grad.shape[axis + 1 :]) for axis in range(grad.dim())]
        held.append(memory.call_there("as_strided", grad.shape, strides, start))
        parameter.call_there("__setattr__", "grad", held[-1])
        start += 2 * grad.numel()
    ask(solution, parameters, call)
    seen = solution.fetch_all([memory, *held, *parameters])
    now = Outcome(None, solution.fetch_all(parameters, "grad"))
    memory.call_there("zero_")
    cleared = solution.fetch_all(parameters, "grad")

    require_gradients(now, call)
    there, objects, kept = seen[0], Outcome(None, seen[1 : 1 + pieces]), seen[1 + pieces :]
    require_same_memory(whole, there, objects, now, call)
    expect_equal(
        there[1::2], whole[1::2], "numbers that lie beside a gradient changed", example=call.shown()
    )
    expect(
        not any(bool(g.any()) for g in cleared),
        "`.grad` is no longer the tensor that was there",
        example=call.shown(),
    )
    for value, after in zip(values, kept):
        expect_equal(after, value, "a parameter itself changed", example=call.shown())


def require_same_memory(
    whole: Tensor, there: Tensor, objects: Outcome, now: Outcome, call: Call
) -> None:
    """Fail unless the tensors, and the memory that they had, were scaled; and say what was."""
    shown = call.shown()
    if torch.equal(there, whole):
        if all(map(torch.equal, now.grads, call.grads)):
            fail("the tensor that was in `.grad` before the call has its old values", example=shown)
        if all(map(torch.equal, objects.grads, call.grads)):
            fail(
                "`.grad` holds another tensor now; the one that was there before the call has its"
                " old values",
                example=shown,
            )
        fail(
            "the tensor in `.grad` is the same, but it has new memory, as `.data = …` gives it; who"
            " holds a view of it sees the old values",
            example=shown,
        )
    sizes = [g.numel() for g in call.grads]
    pieces = [piece.reshape(g.shape) for piece, g in zip(there[::2].split(sizes), call.grads)]
    expect_scaled(Outcome(None, pieces), call, "in the memory of the gradients")


@check("extremes", "Tiny and huge gradients are scaled just as exactly", core=True, hint=2)
def extremes(solution: Solution, rng: Rng) -> None:
    calls = []
    for p in norm_types(rng):
        # What is raised to the power p stays within float32.
        most = 25 / (1 if p == inf else p)
        for size in (10**-most, 10 ** (most * rng.number(0.7, 1))):
            grads = gradients(rng, plain_shapes(rng), size=size)
            calls.append(Call(grads, 1.0, p).limited(rng.magnitude(1e-3, 0.9)))
    for outcome, call in zip(outcomes(solution, calls), calls):
        expect_scaled(outcome, call, f"with gradients of norm {call.exact.item():.3g}")


@check(
    "untouched", "Gradients that are small enough stay as they are, bit for bit", core=True, hint=2
)
def untouched(solution: Solution, rng: Rng) -> None:
    calls = [border(rng, p) for p in (1, 2.0, inf)]
    for p in norm_types(rng):
        near = Call(gradients(rng, some_shapes(rng)), 1.0, p).limited(1 + rng.magnitude(2e-5, 1e-4))
        calls.append(near)
    for p in (1, 2, inf):
        zeros = [torch.full(shape, zero) for shape, zero in zip(plain_shapes(rng), (0.0, -0.0))]
        calls += [Call(zeros, rng.magnitude(1e-3, 10), p), unclipped(rng, some_shapes(rng), p)]
    calls += [Call(gradients(rng, plain_shapes(rng), size=1e-9), 1.0).limited(rng.number(1.1, 3))]
    above = clipped(rng, some_shapes(rng))
    *seen, changed = outcomes(solution, [*calls, above])
    for outcome, call in zip(seen, calls):
        message = (
            f"the joint norm (norm_type={call.norm_type:.4g}) is not above"
            f" max_norm={call.max_norm:.7g}, and yet a gradient changed"
        )
        expect_untouched(outcome, call, message)
    expect(
        not all(map(torch.equal, changed.grads, above.grads)),
        "gradients whose norm is above max_norm stay as they are, too",
        example=above.shown(),
    )


def border(rng: Rng, p: float) -> Call:
    """Gradients whose norm is `max_norm` exactly, and so is every step on the way to it."""
    unit = 2.0 ** rng.integer(-6, 7)
    triples = [(3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29), (9, 40, 41)]
    known = [(a, b, {1: a + b, 2: c, inf: b}[p]) for a, b, c in triples]
    # torch divides a number by a tensor through 1 / tensor, which for some is not 1 in the end.
    short, long, norm = rng.choice([t for t in known if t[2] / torch.tensor(float(t[2])) == 1])
    grads = [torch.zeros(shape) for shape in ((rng.integer(1, 5), 2), (3,), (rng.integer(1, 5),))]
    for grad, number in zip(rng.shuffled(grads), (short, -long)):
        grad.view(-1)[rng.integer(0, grad.numel())] = number * unit
    return Call(grads, norm * unit, p)


@check("not-finite", "A norm that is NaN or infinite changes nothing", core=True, hint=2)
def not_finite(solution: Solution, rng: Rng) -> None:
    calls = []
    for place, p in enumerate([*norm_types(rng), inf]):
        for broken in (nan, rng.choice([inf, -inf])):
            grads = gradients(rng, plain_shapes(rng))
            hit = grads[place % 2].view(-1)
            hit[rng.integer(0, len(hit))] = broken
            calls.append(Call(grads, rng.magnitude(0.1, 10), p))
    sound = clipped(rng, plain_shapes(rng))
    *seen, finite = outcomes(solution, [*calls, sound])
    for outcome, call in zip(seen, calls):
        what = "NaN" if call.norm.isnan() else "infinite"
        when = f"where an element is {what} (norm_type={call.norm_type:.4g})"
        expect_untouched(outcome, call, f"{when}, a gradient changed")
        expect_form(outcome.norm, call.norm, f"{when}, the returned norm is off")
        hidden = bool(outcome.norm.isfinite())
        expect(not hidden, f"{when}, the returned norm hides it", example=call.shown())
    expect(
        torch.is_tensor(finite.norm) and bool(finite.norm.isfinite().all()),
        "where all elements are finite, the returned norm is not",
        example=sound.shown(),
    )


@check("returns-before", "The norm it returns is the one before clipping", core=True, hint=2)
def returns_before(solution: Solution, rng: Rng) -> None:
    calls = [clipped(rng, plain_shapes(rng), p) for p in norm_types(rng)]
    for outcome, call in zip(outcomes(solution, calls), calls):
        when = f"clipped to max_norm={call.max_norm:.4g} with norm_type={call.norm_type:.4g}"
        expect_norm(outcome.norm, call, f"{when}, the returned norm is not the one before")


@check("missing-gradients", "Parameters without a gradient do not count", core=True, hint=3)
def missing_gradients(solution: Solution, rng: Rng) -> None:
    calls = []
    for p in (2.0, *rng.shuffled([1, 3, inf])[:2]):
        grads = gradients(rng, some_shapes(rng))
        places = [len(grads), rng.integer(1, len(grads)), 0]
        for place in places[rng.integer(0, 2) : rng.integer(2, 4)] if calls else places:
            grads.insert(place, None)
        calls.append(Call(grads, 1.0, p).limited(rng.magnitude(1e-3, 0.9)))
    for outcome, call in zip(outcomes(solution, calls), calls):
        when = "with None gradients among the others"
        gone = [now is None for now, grad in zip(outcome.grads, call.grads) if grad is None]
        expect(all(gone), "a None gradient became one", example=call.shown())
        expect_norm(outcome.norm, call, f"{when}, the returned norm is off")
        expect_scaled(outcome, call, when)
    frozen = replace(clipped(rng, some_shapes(rng)), frozen=True)
    (outcome,) = outcomes(solution, [frozen])
    when = "with parameters that no longer ask for gradients but hold them"
    expect_norm(outcome.norm, frozen, f"{when}, the returned norm is off")
    expect_scaled(outcome, frozen, when)
    none_at_all(solution, rng)


def none_at_all(solution: Solution, rng: Rng) -> None:
    calls = [
        Call([None] * count, rng.magnitude(0.1, 10), p)
        for p in (rng.number(1, 5), 2.0, inf)
        for count in (0, rng.integer(1, 5))
    ]
    for outcome, call in zip(outcomes(solution, calls), calls):
        what = "the norm of no gradients at all is off"
        expect_equal(outcome.norm, torch.tensor(0.0), what, example=call.shown())
        expect(
            all(now is None for now in outcome.grads),
            "a None gradient became one",
            example=call.shown(),
        )


@check("generator", "Any iterable of parameters is as good as a list", core=True, hint=3)
def generator(solution: Solution, rng: Rng) -> None:
    kinds = {"a generator": Generator, "a tuple": tuple, "an iterator": Stream}
    calls = {
        f"with {kind}": replace(clipped(rng, some_shapes(rng)[:4], p), hand_over=hand_over)
        for p in rng.shuffled([1, 2.0, inf])[:2]
        for kind, hand_over in kinds.items()
    }
    for (when, call), outcome in zip(calls.items(), outcomes(solution, [*calls.values()])):
        expect_norm(outcome.norm, call, f"{when}, the returned norm is off")
        expect_scaled(outcome, call, when)
    nothing = [Call([], rng.magnitude(0.1, 10), hand_over=kind) for kind in kinds.values()]
    for when, outcome in zip(kinds, outcomes(solution, nothing)):
        what = f"with {when} of no parameters, the returned norm is off"
        expect_equal(outcome.norm, torch.tensor(0.0), what)


@check("signature", "Names and defaults are those of the signature", core=True, hint=3)
def signature(solution: Solution, rng: Rng) -> None:
    example = Call([torch.tensor([3.0, 0.0]), torch.tensor([[4.0]])], 1.0)
    drawn = clipped(rng, some_shapes(rng), rng.choice([1, 3.0, inf]))
    named = dict(max_norm=drawn.max_norm, norm_type=drawn.norm_type)
    default = clipped(rng, some_shapes(rng))
    asked = [
        ("in the example of the task", example, lambda given: ([given], {"max_norm": 1.0})),
        ("without norm_type", default, lambda given: ([given, default.max_norm], {})),
        ("with every argument by name", drawn, lambda given: ([], {"parameters": given, **named})),
    ]
    for when, call, arguments in asked:
        parameters = put(solution, call)
        args, kwargs = arguments(parameters)
        norm = solution.call("clip_grad_norm", *args, **kwargs)
        outcome = Outcome(norm, solution.fetch_all(parameters, "grad"))
        require_gradients(outcome, call)
        expect_norm(norm, call, f"{when}, the returned norm is off")
        expect_scaled(outcome, call, when)


@check("strided", "Gradients that are not contiguous change in place, too", core=False, hint=3)
def strided(solution: Solution, rng: Rng) -> None:
    call = clipped(rng, [(rng.integer(2, 6), rng.integer(2, 6)), (3,)])
    turned = solution.put_tensor(call.grads[0].T.contiguous())
    parameters = solution.put_parameters([torch.zeros(g.shape) for g in call.grads], call.grads)
    parameters[0].call_there("__setattr__", "grad", turned.call_there("t"))
    norm, turned = solution.fetch_all([ask(solution, parameters, call), turned])
    expect_norm(norm, call, "with a transposed gradient, the returned norm is off")
    outcome = Outcome(norm, solution.fetch_all(parameters, "grad"))
    require_gradients(outcome, call)
    expect_scaled(outcome, call, "with a transposed gradient")
    held = Outcome(norm, [turned.T, outcome.grads[1]])
    expect_scaled(held, call, "in the memory of a transposed gradient")


@check("dtype", "float64 gradients get all in float64", core=False, hint=1)
def dtype(solution: Solution, rng: Rng) -> None:
    grads = [gradients(rng, plain_shapes(rng), dtype=torch.float64) for _ in range(3)]
    types = [2.0, inf, rng.number(1, 5)]
    calls = [Call(g, 1.0, p).limited(rng.number(0.1, 0.9)) for g, p in zip(grads, types)]
    for outcome, call in zip(outcomes(solution, calls), calls):
        expect_norm(outcome.norm, call, "the norm of float64 gradients is off")
        expect_scaled(outcome, call, "in float64")
