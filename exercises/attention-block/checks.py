import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from bot.kit import (
    Remote,
    Rng,
    Solution,
    check,
    expect,
    expect_close,
    expect_equal,
    expect_form,
    expect_raises,
    expect_same,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up
SEEN = 1e-3  # what changes by less than this share saw no difference
BOTH = ("train", "eval")


@dataclass(frozen=True)
class Case:
    """A block with these weights, and what is put into it.

    Attributes:
        heads: Number of heads H.
        state: qkv.weight (3C, C), qkv.bias (3C,), proj.weight (C, C), proj.bias (C,),
            norm.weight (C,), norm.bias (C,).
        x: Shape (B, T, C).
        mask: Shape (B, T), bool; None for no mask.
    """

    heads: int
    state: dict
    x: Tensor
    mask: Tensor | None = None

    @property
    def dim(self) -> int:
        return self.x.shape[-1]

    @property
    def size(self) -> int:
        """Channels of one head."""
        return self.dim // self.heads

    @property
    def split(self) -> str:
        return f"{self.heads} head{'s' * (self.heads > 1)}"

    def changed(self, **tensors: Tensor) -> "Case":
        """The same with other weights; `qkv_weight` stands for `qkv.weight`."""
        named = {name.replace("_", "."): tensor for name, tensor in tensors.items()}
        return replace(self, state={**self.state, **named})

    def thirds(self) -> tuple[Tensor, Tensor]:
        """Copies of weight and bias of qkv, (3, C, C) and (3, C): queries, keys, values."""
        weight, bias = self.state["qkv.weight"], self.state["qkv.bias"]
        return weight.reshape(3, self.dim, self.dim).clone(), bias.reshape(3, self.dim).clone()

    def with_thirds(self, weight: Tensor, bias: Tensor) -> "Case":
        flat = weight.reshape(3 * self.dim, self.dim), bias.reshape(3 * self.dim)
        return self.changed(qkv_weight=flat[0], qkv_bias=flat[1])

    @cached_property
    def right(self) -> Tensor:
        """The right output."""
        return oracle(self)

    @cached_property
    def exact(self) -> Tensor:
        """The same in float64."""
        return oracle(self.double())

    def double(self) -> "Case":
        state = {name: t.double() for name, t in self.state.items()}
        return replace(self, state=state, x=self.x.double())

    def shown(self) -> dict:
        """A call as a learner can read it; the weights are too long to show."""
        shown = {"dim": self.dim, "heads": self.heads, "x.shape": tuple(self.x.shape)}
        return shown if self.mask is None else {**shown, "key_padding_mask": self.mask.int()}


# --- drawing ----------------------------------------------------------------------------------


def drawn(rng: Rng, heads: int = 0, size: int = 0, batch: int = 0, time: int = 0) -> Case:
    """Weights that keep scores and values near 1, and a norm that is not the identity.

    What is not given is drawn, with at least 4 channels, and is more than one of each.
    """
    heads = heads or rng.integer(2, 6)
    size = size or rng.integer(max(2, -(-4 // heads)), 8)
    shape = batch or rng.integer(2, 5), time or rng.integer(3, 8), heads * size
    dim = heads * size
    state = {
        "qkv.weight": rng.normal(3 * dim, dim) / math.sqrt(dim),
        "qkv.bias": rng.normal(3 * dim) / 2,
        "proj.weight": rng.normal(dim, dim) / math.sqrt(dim),
        "proj.bias": rng.normal(dim),
        "norm.weight": rng.uniform(0.5, 1.5, (dim,)),
        "norm.bias": rng.normal(dim),
    }
    return Case(heads, state, rng.normal(*shape))


def padded(rng: Rng, case: Case, *, empty: Sequence[int] = ()) -> Case:
    """With a mask that leaves something of each sample, and nothing of those in `empty`.

    In the first sample the first position is padding, in the second the last one: a mask that is
    laid elsewhere shows.
    """
    batch, time = case.x.shape[:2]
    mask = rng.uniform(0, 1, (batch, time)) < 0.5
    for row, kept in enumerate(rng.integers(0, time, (batch,)).tolist()):
        mask[row, (kept + 1) % time] = True
        mask[row, kept] = False
    if time > 1:
        mask[0, 0], mask[0, -1] = True, False
        mask[1 % batch, -1], mask[1 % batch, 0] = batch > 1, batch == 1
    mask[list(empty)] = True
    return replace(case, mask=mask)


# --- what is right ----------------------------------------------------------------------------


def oracle(case: Case, *, late: bool = False) -> Tensor:
    """The right output. Padding is cut away, not masked.

    `late` is a known fault: padding gets its weight, and is taken out of the mean afterwards.
    """
    x, state = case.x, case.state
    if case.mask is None:
        summed = _attended(case, x, slice(None))
    else:
        rows = zip(x, ~case.mask)
        summed = torch.stack([_attended(case, sample, kept, late) for sample, kept in rows])
    return functional.layer_norm(summed, (case.dim,), state["norm.weight"], state["norm.bias"])


def _attended(case: Case, x: Tensor, kept: Tensor | slice, late: bool = False) -> Tensor:
    """What goes into the norm: (…, T, C) to (…, T, C)."""
    if torch.is_tensor(kept) and not kept.any():
        return x
    state, shape = case.state, (3, case.heads, case.size)
    qkv = functional.linear(x, state["qkv.weight"], state["qkv.bias"]).unflatten(-1, shape)
    queries, keys, values = qkv.movedim((-3, -2), (0, -3))  # each (…, H, T, D)
    if late:
        values = values * kept[:, None]
    else:
        keys, values = keys[..., kept, :], values[..., kept, :]
    scores = queries @ keys.transpose(-2, -1) / math.sqrt(case.size)
    heads = torch.softmax(scores, dim=-1) @ values  # (…, H, T, D)
    merged = heads.transpose(-3, -2).flatten(-2)  # (…, T, C)
    return x + functional.linear(merged, state["proj.weight"], state["proj.bias"])


# --- asking and comparing ---------------------------------------------------------------------


def built(solution: Solution, case: Case) -> Remote:
    """The learner's block with the case's weights."""
    block = solution.call_there("AttentionBlock", case.dim, case.heads)
    if case.x.dtype is torch.float64:
        block.call_there("double")
    block.call_there("load_state_dict", case.state)
    return block


def masked(case: Case) -> list:
    return [] if case.mask is None else [case.mask]


def outputs(solution: Solution, cases: Sequence[Case], modes: Sequence[str] = ("train",)) -> list:
    """The learner's output for each case and mode in turn, all in one message."""
    asked = []
    for case in cases:
        block = built(solution, case)
        for mode in modes:
            block.call_there(mode)
            asked.append(block.call_there("", case.x, *masked(case)))
    seen = solution.fetch_all(asked)
    for output, case in zip(seen, [case for case in cases for _ in modes]):
        message = f"for x of shape {tuple(case.x.shape)}, the output is off"
        expect_form(output, case.x, message, example=case.shown())
    return seen


def is_near(seen: Tensor, output: Tensor) -> bool:
    """Whether two outputs are about the same: for what a message says, never for a verdict."""
    return torch.allclose(seen, output, rtol=1e-3, atol=1e-4)


def expect_right(
    seen: Tensor,
    case: Case,
    message: str,
    rows: Tensor | slice = slice(None),
    faults: Callable = lambda case: {},
) -> None:
    """Fail unless an output is right.

    Args:
        rows: Samples, or positions by a mask (B, T), that are looked at.
        faults: Outputs by the words for the fault that brings them; the message names it.
    """
    if not is_near(seen[rows], case.right[rows]):
        known = [
            words for words, output in faults(case).items() if is_near(seen[rows], output[rows])
        ]
        message = f"{message}; it is what comes out {known[0]}" if known else message
    expect_close(
        seen[rows],
        case.right[rows],
        message,
        exact=case.exact[rows],
        factor=ROUNDING,
        example=case.shown(),
    )


def expect_right_in_both(solution: Solution, cases: dict, rows=lambda case: slice(None)) -> None:
    """Ask for each case in both modes; `cases` are by what to say of them."""
    seen = outputs(solution, [*cases.values()], BOTH)
    for (message, case), train, evaluated in zip(cases.items(), seen[::2], seen[1::2]):
        expect_right(train, case, message, rows(case), faults_of_masks)
        expect_right(evaluated, case, f"after .eval(), {message}", rows(case))


def expect_moved(one: Tensor, other: Tensor, message: str, case: Case) -> None:
    """Fail where two outputs are the same: what does nothing would be right by accident."""
    moved = (one - other).abs().max() > SEEN * case.right.abs().max()
    expect(bool(moved), message, example=case.shown())


# --- without a mask ---------------------------------------------------------------------------


@check(
    "again",
    "The same call gives the same output, in both modes",
    core=True,
    points=0,
    hint=3,
)
def again(solution: Solution, rng: Rng) -> None:
    case = drawn(rng, time=rng.integer(6, 10))
    other = replace(case, x=case.x.clone())
    other.x[0, 0] = 2 * rng.normal(case.dim)
    block, asked = built(solution, case), []
    for mode in BOTH:
        block.call_there(mode)
        asked += [block.call_there("", x) for x in (case.x, other.x, case.x)]
    first, changed, second, evaluated, _, last = solution.fetch_all(asked)
    wanted, shown = case.right, case.shown()
    expect_same(
        second,
        first,
        "called twice with the same x, the block gives two outputs: something is random, as dropout"
        " is, or one call leaves something for the next",
        wanted=wanted,
        factor=ROUNDING,
        example=shown,
    )
    mode = "after .eval() the same x gives another output than after .train()"
    expect_same(evaluated, first, mode, wanted=wanted, factor=ROUNDING, example=shown)
    twice = "after .eval(), two calls with the same x give two outputs"
    expect_same(last, evaluated, twice, wanted=wanted, factor=ROUNDING, example=shown)
    for seen in (first, changed):
        message = f"for x of shape {tuple(case.x.shape)}, the output is off"
        expect_form(seen, case.x, message, example=shown)
    same = "another x gives the very same output, as if the first one had been kept"
    expect(not torch.equal(first, changed), same, example=shown)


@check("residual", "x is added, and the norm comes last", core=True, hint=1)
def residual(solution: Solution, rng: Rng) -> None:
    case = drawn(rng)
    nothing = {name: torch.zeros_like(case.state[name]) for name in ("proj.weight", "proj.bias")}
    weight, bias = case.thirds()
    weight[:2], bias[:2] = 0.0, 0.0  # no large scores where x is large
    silent = replace(case, state={**case.state, **nothing}).with_thirds(weight, bias)
    small = replace(silent, x=case.x * rng.magnitude(3e-3, 3e-2))
    large = replace(silent, x=case.x * rng.magnitude(10, 100) + rng.number(-5, 5))
    plain, *seen = outputs(solution, [case, silent, small, large])
    for output, one in zip(seen, (silent, small, large)):
        expect_right(output, one, "with proj all zero the output should be norm(x), and is off")
    expect_moved(plain, seen[0], "the weights of proj change nothing", case)


@check(
    "within-samples",
    "Positions see all of their own sample, and no other sample",
    core=True,
    points=2,
    hint=1,
)
def within_samples(solution: Solution, rng: Rng) -> None:
    case = queries_times(drawn(rng, time=rng.integer(3, 6)), 0.1)  # nothing is hardly looked at
    batch, time = case.x.shape[:2]
    place = rng.integer(0, batch)
    others = [replace(case, x=case.x.clone()) for _ in range(2)]
    for other, at in zip(others, (0, time - 1)):
        other.x[place, at] = 2 * rng.normal(case.dim)
    before, *after = outputs(solution, [case, *others])
    if all(is_near(seen, c.right) for seen, c in zip([before, *after], [case, *others])):
        return
    for seen, at in zip(after, (0, time - 1)):
        moved = (before - seen).abs().amax(-1) / case.right.abs().max()  # (B, T)
        what = f"changing x[{place}, {at}]"
        most = torch.cat([moved[:place], moved[place + 1 :]]).max().item()
        wide = f"{what} changes the output of other samples, by {most:.3g}"
        expect(most < SEEN, wide, example=case.shown())
        still = torch.where(~(moved[place] > SEEN))[0].tolist()
        expect(
            not still,
            f"{what} should change the output at every position of sample {place}; these do not"
            f" change: {still}",
            example=case.shown(),
        )


@check("one-position", "With one position, attention gives its value", core=True, hint=2)
def one_position(solution: Solution, rng: Rng) -> None:
    sizes = [(1, rng.integer(4, 9), 1), (rng.integer(4, 9), 1, 2), (0, 0, 0), (0, 0, 1)]
    cases = [drawn(rng, heads, size, batch, time=1) for heads, size, batch in rng.shuffled(sizes)]
    for seen, case in zip(outputs(solution, cases), cases):
        expect_right(
            seen,
            case,
            f"with T = 1 and {case.split} the output should be norm(x + proj(v)), where v is"
            " the last third of qkv(x), its channels in their order",
        )


@check("weights", "The weights that a query gives to all keys add up to 1", core=True, hint=1)
def weights(solution: Solution, rng: Rng) -> None:
    case = drawn(rng)
    weight, bias = case.thirds()
    weight[2], bias[2] = 0.0, rng.number(1.0, 2.0)  # every value is the same number
    even, doubled = (case.with_thirds(weight, bias * torch.tensor([[1], [1], [n]])) for n in (1, 2))
    seen, more = outputs(solution, [even, doubled])
    expect_moved(seen, more, "values twice as large do not change the output", case)
    expect_right(
        seen,
        even,
        "where all values are the same number their weighted mean is that number, whatever the"
        " scores are; but the output is off",
    )


@check(
    "one-head",
    "A head is softmax(q·k / sqrt(D)) over the keys, times the values",
    core=True,
    hint=1,
)
def one_head(solution: Solution, rng: Rng) -> None:
    for case in (drawn(rng, heads=1, size=rng.integer(4, 12)) for _ in range(2)):
        (seen,) = outputs(solution, [case])
        expect_right(seen, case, "with one head, the output is off", faults=faults_of_scores)


def faults_of_scores(case: Case) -> dict:
    """What known faults bring, by their words."""
    weight, bias = case.thirds()
    root = math.sqrt(case.size)
    swapped = case.with_thirds(weight[[1, 0, 2]], bias[[1, 0, 2]])
    scales = {
        "where scores are not divided": root,
        "where scores are divided by D, not by its root": 1 / root,
        "where scores are divided by the root of C": 1 / math.sqrt(case.heads),
    }
    faults = {words: oracle(queries_times(case, factor)) for words, factor in scales.items()}
    return {"where queries and keys are exchanged": oracle(swapped), **faults}


def queries_times(case: Case, factor: float) -> Case:
    weight, bias = case.thirds()
    weight[0] *= factor
    bias[0] *= factor
    return case.with_thirds(weight, bias)


@check("heads-apart", "Each head has channels of its own and attends by itself", core=True, hint=2)
def heads_apart(solution: Solution, rng: Rng) -> None:
    case = drawn(rng)
    head = rng.integer(0, case.heads)
    own = torch.arange(case.dim) // case.size == head  # the head's channels
    case = case.changed(proj_weight=torch.where(own, case.state["proj.weight"], 0.0))
    weight, bias = case.thirds()
    fresh = 2 * rng.normal(*weight.shape) / math.sqrt(case.dim)
    others = case.with_thirds(torch.where(own[:, None], weight, fresh), bias)
    parts = {}
    for part, name in enumerate(("query", "key", "value")):
        parts[name] = weight.clone()
        parts[name][part][own] = fresh[part][own]
    this = [case.with_thirds(changed, bias) for changed in parts.values()]
    before, apart, *seen = outputs(solution, [case, others, *this])
    first, last = head * case.size, (head + 1) * case.size - 1
    reading = f"with proj reading head {head} alone (channels {first} to {last})"
    moved = (apart - before).abs().max().item()
    expect(
        is_near(before, case.right) or moved < SEEN * case.right.abs().max(),
        f"{reading}, other weights of the other heads change the output, by {moved:.3g}",
        example=case.shown(),
    )
    for output, name in zip(seen, parts):
        message = f"{reading}, other {name} weights of this head do not change the output"
        expect_moved(output, before, message, case)


@check("scale", "Scores are divided by the root of a head's size", core=True, hint=2)
def scale(solution: Solution, rng: Rng) -> None:
    few, many = rng.integer(2, 4), rng.integer(4, 7)
    cases = []
    for heads, size in ((few, many), (many, few)):
        case = drawn(rng, heads, size)
        weight, bias = case.thirds()
        # All channels of the queries are one number, and of the keys: heads cut in any way agree.
        weight[:2], bias[:2] = weight[:2, :1].clone(), bias[:2, :1].clone()
        cases.append(case.with_thirds(weight, bias))
    for seen, case in zip(outputs(solution, cases), cases):
        message = f"with {case.split} of {case.size} channels, the scores are off"
        expect_right(seen, case, message, faults=faults_of_scores)


@check(
    "values", "The output is right for heads and batches of any size", core=True, points=2, hint=2
)
def values(solution: Solution, rng: Rng) -> None:
    cases = [
        drawn(rng, heads=1, size=rng.integer(4, 10), batch=1),
        drawn(rng, heads=rng.integer(4, 12), size=1),
        drawn(rng, time=rng.integer(50, 80), batch=1),
        drawn(rng, rng.integer(8, 11), rng.integer(9, 12), batch=2),
        drawn(rng, batch=rng.integer(9, 14)),
        replace(case := drawn(rng), x=case.x * rng.magnitude(0.3, 2)),
    ]
    named = {f"with {c.split} of {c.size} and x of {tuple(c.x.shape)}": c for c in cases}
    expect_right_in_both(
        solution, {f"{words}, the output is off": case for words, case in named.items()}
    )


# --- with a mask ------------------------------------------------------------------------------


def faults_of_masks(case: Case) -> dict:
    if case.mask is None:
        return {}
    silent = case.x.masked_fill(case.mask[..., None], 0.0)
    return {
        "without a mask": oracle(replace(case, mask=None)),
        "where True marks the keys that count": oracle(replace(case, mask=~case.mask)),
        "where the first sample's mask is taken for all": oracle(
            replace(case, mask=case.mask[:1].expand_as(case.mask))
        ),
        "where padding is set to 0 and still attended to": oracle(
            replace(case, x=silent, mask=None)
        ),
        "where weights are set to 0 after the softmax": oracle(case, late=True),
    }


def of_any_size(rng: Rng) -> list:
    """Batch, time and heads are the same in turn, as a mask laid along a wrong axis needs."""
    a, b = rng.integer(3, 5), rng.integer(5, 7)
    sizes = rng.shuffled([(a, a, b), (a, b, a), (b, a, a), (1, b, 2)])
    cases = [drawn(rng, heads, batch=batch, time=time) for batch, time, heads in sizes]
    return [padded(rng, case) for case in cases]


def tempting(rng: Rng) -> Case:
    """A case whose padding would get all attention: its scores are in the thousands."""
    case = padded(rng, drawn(rng))
    weight, bias = case.thirds()
    bias[0] = 3 * rng.normal(case.dim).sign()  # queries point one way, and padding lies there
    toward = weight[1].T @ bias[0]
    scores = (weight[1] @ toward * bias[0]).reshape(case.heads, -1).sum(-1) / math.sqrt(case.size)
    toward *= rng.number(1500, 4000) / scores.max()
    x = torch.where(case.mask[..., None], toward, case.x)
    return replace(case, x=x).with_thirds(weight, bias)


def unloved(rng: Rng) -> Case:
    """A case whose scores are all about -65, below what may be taken for minus infinity."""
    case = padded(rng, drawn(rng))
    weight, bias = case.thirds()
    weight[0], weight[1] = 0.05 * weight[0], 0.2 * weight[1]
    bias[0], bias[1] = 1.0, -65 / math.sqrt(case.size)
    return case.with_thirds(weight, bias)


@check("padding", "Padding might as well not be there", core=True, points=2, hint=2)
def padding_is_cut(solution: Solution, rng: Rng) -> None:
    message = "the positions that are no padding do not get what they get when padding is cut away"
    plain = padded(rng, drawn(rng))
    whole = replace(plain, mask=torch.zeros_like(plain.mask))
    cases = {f"with a mask of shape {tuple(c.mask.shape)}, {message}": c for c in of_any_size(rng)}
    cases[f"where padding has the highest scores, {message}"] = tempting(rng)
    cases[f"where all scores are low, {message}"] = unloved(rng)
    cases["a mask without any True changes the output"] = whole
    expect_right_in_both(solution, cases, rows=lambda case: ~case.mask)
    block, without = built(solution, plain), replace(plain, mask=None)
    asked = [block.call_there("", plain.x, *masked(plain)), block.call_there("", plain.x)]
    output = solution.fetch_all(asked)[1]
    expect_form(output, plain.x, "the output is off", example=without.shown())
    expect_right(output, without, "after a call with a mask, one without gives another output")


@check(
    "padded-queries",
    "Padding is ignored as a key, yet gets an output like any query",
    core=True,
    hint=3,
)
def padded_queries(solution: Solution, rng: Rng) -> None:
    message = "the positions that are padding do not get the output that they get as queries"
    cases = {
        f"with a mask of shape {tuple(c.mask.shape)}, {message}": c for c in of_any_size(rng)[:2]
    }
    expect_right_in_both(solution, cases, rows=lambda case: case.mask)


@check("all-padding", "A sample of padding alone gives norm(x)", core=True, hint=3)
def all_padding(solution: Solution, rng: Rng) -> None:
    mixed = drawn(rng, batch=4)
    empty = rng.integer(0, 4)
    mixed = padded(rng, mixed, empty=[empty, 3])
    some, one = drawn(rng), drawn(rng, batch=1, time=1)
    every = [replace(c, mask=torch.ones(c.x.shape[:2], dtype=torch.bool)) for c in (some, one)]
    message = (
        "the output of a sample of padding alone is off; it should be norm(x), without attention"
        " and without the bias of proj"
    )
    seen = outputs(solution, [mixed, *every], BOTH)
    for place, (train, evaluated) in enumerate(zip(seen[::2], seen[1::2])):
        case = [mixed, *every][place]
        alone = case.mask.all(dim=1)
        expect_right(train, case, message, alone)
        expect_right(evaluated, case, f"after .eval(), {message}", alone)
    kept = ~mixed.mask.all(dim=1)
    nothing = oracle(replace(mixed, mask=torch.ones_like(mixed.mask)))
    other = "the other samples beside one of padding alone give norm(x), too"
    expect_moved(seen[0][kept], nothing[kept], other, mixed)


# --- what surrounds it ------------------------------------------------------------------------


@check("inputs", "x and the mask are left as they were", core=True, hint=3)
def inputs(solution: Solution, rng: Rng) -> None:
    plain = drawn(rng)
    cases = [plain, padded(rng, plain, empty=[len(plain.x) - 1])]
    asked, given = [], []
    for case in [case for case in cases for _ in BOTH]:
        block = built(solution, case)
        block.call_there(BOTH[len(asked) % 2])
        there = [turned(solution, t) for t in (case.x, case.mask) if t is not None]
        asked.append(block.call_there("", *there))
        given += zip(there, (case.x, case.mask), ("x", "the mask"))
    now = solution.fetch_all([remote for remote, *_ in given])
    for seen, (_, before, name) in zip(now, given):
        expect_equal(seen, before, f"forward changed {name}", example=plain.shown())
    for output, case in zip(solution.fetch_all(asked), [case for case in cases for _ in BOTH]):
        message = "for an x that is a transposed view, the output is off"
        expect_form(output, case.x, message, example=case.shown())
        kept = slice(None) if case.mask is None else ~case.mask
        expect_right(output, case, message, kept, faults_of_masks)


def turned(solution: Solution, value: Tensor) -> Remote:
    """The same tensor in the solver, but not contiguous."""
    return solution.put_tensor(value.transpose(0, 1).contiguous()).call_there("transpose", 0, 1)


@check("gradients", "x and all parameters get the right gradient", core=True, points=2, hint=2)
def gradients(solution: Solution, rng: Rng) -> None:
    cases = [drawn(rng), padded(rng, drawn(rng))]
    for case, seen in zip(cases, pulled_back(solution, cases, rng)):
        when = "" if case.mask is None else "with a mask, "
        for name, (gradient, wanted, exact) in seen.items():
            expect_close(
                gradient,
                wanted,
                f"{when}the gradient of {name} is off",
                exact=exact,
                factor=ROUNDING,
                example=case.shown(),
            )


@check("all-padding-gradients", "A sample of padding alone spoils no gradient", core=True, hint=3)
def all_padding_gradients(solution: Solution, rng: Rng) -> None:
    beside = drawn(rng, batch=3)
    alone = drawn(rng, batch=2)
    cases = [padded(rng, beside, empty=[rng.integer(0, 3)]), padded(rng, alone, empty=[0, 1])]
    for case, seen in zip(cases, pulled_back(solution, cases, rng)):
        for name, (gradient, wanted, exact) in seen.items():
            expect(
                bool(gradient.isfinite().all()),
                f"with a sample of padding alone in the batch, the gradient of {name} is not finite",
                example=case.shown(),
            )
            shared = name != "x" and not name.startswith("norm")
            expect_close(
                gradient,
                wanted,
                f"a sample of padding alone adds something to the gradient of {name}"
                if shared
                else f"with a sample of padding alone in the batch, the gradient of {name} is off",
                exact=exact,
                factor=ROUNDING,
                example=case.shown(),
            )


def pulled_back(solution: Solution, cases: Sequence[Case], rng: Rng) -> list[dict]:
    """By name, each gradient: the learner's, the right one, and that in float64.

    The modes take turns, from a random one on.
    """
    asked, upstreams, start = [], [rng.normal(*case.x.shape) for case in cases], rng.integer(0, 2)
    for number, (case, upstream) in enumerate(zip(cases, upstreams)):
        block, given = built(solution, case), solution.put_tensor(case.x, requires_grad=True)
        block.call_there(BOTH[(start + number) % 2])
        block.call_there("", given, *masked(case)).call_there("backward", upstream)
        asked += [given, *(block.get_there(name) for name in case.state)]
    found = iter(solution.fetch_all(asked, "grad"))
    pulled = []
    for case, upstream in zip(cases, upstreams):
        wanted, exact = true_gradients(case, upstream), true_gradients(case.double(), upstream)
        seen = {name: next(found) for name in wanted}
        missing = [name for name, gradient in seen.items() if gradient is None]
        none = f"no gradient arrives at {', '.join(missing)}"
        # A row of padding alone may leave parameters without any, which is as good as 0.
        expect(not missing or case.mask is not None and case.mask.all(), none, example=case.shown())
        seen = {
            name: torch.zeros_like(wanted[name]) if g is None else g for name, g in seen.items()
        }
        for name, gradient in seen.items():
            expect_form(gradient, wanted[name], f"the gradient of {name} is off")
        pulled.append({name: (seen[name], wanted[name], exact[name]) for name in wanted})
    return pulled


def true_gradients(case: Case, upstream: Tensor) -> dict:
    """`x` comes first, then the parameters in their order; zeros where none arrives."""
    leaves = {name: t.clone().requires_grad_() for name, t in {"x": case.x, **case.state}.items()}
    state = {name: t for name, t in leaves.items() if name != "x"}
    output = oracle(replace(case, state=state, x=leaves["x"]))
    found = torch.autograd.grad(
        output, [*leaves.values()], upstream.to(output.dtype), allow_unused=True
    )
    pairs = zip(leaves.items(), found)
    return {name: torch.zeros_like(t) if g is None else g for (name, t), g in pairs}


@check("float64", "After .double() everything is computed in float64", core=True, hint=3)
def float64(solution: Solution, rng: Rng) -> None:
    plain = drawn(rng, batch=3).double()
    cases = [plain, padded(rng, plain), padded(rng, plain, empty=[2])]
    seen = outputs(solution, cases, BOTH)
    for output, case in zip(seen, [case for case in cases for _ in BOTH]):
        gap = (output - case.right).abs().max().item()
        expect_right(
            output,
            case,
            f"in float64, the output is off by {gap:.1g}"
            + " as if a part had been computed in float32" * (1e-10 < gap < 1e-5),
        )


@check("divisible", "Heads that do not divide dim raise ValueError", core=True, hint=3)
def divisible(solution: Solution, rng: Rng) -> None:
    heads = rng.integer(3, 9)
    factors = rng.integer(2, 6), rng.integer(10, 40)
    dims = [heads * n + rng.integer(1, heads) for n in factors] + [rng.integer(2, heads)]
    refused = [(dim, (heads,)) for dim in dims] + [(8 * rng.integer(1, 4) + rng.integer(1, 8), ())]
    for dim, given in refused:
        expect_raises(
            lambda dim=dim, given=given: solution.call_there("AttentionBlock", dim, *given),
            "ValueError",
            f"AttentionBlock({', '.join(map(str, (dim, *given)))})",
            example={"dim": dim, "heads": given[0] if given else 8},
        )
    outputs(solution, [drawn(rng, heads)])


@check("signature", "Names, defaults and the example are those of the task", core=True, hint=3)
def signature(solution: Solution, rng: Rng) -> None:
    eight = padded(rng, drawn(rng, heads=8, size=rng.integer(1, 4)))
    plain = padded(rng, drawn(rng))
    state, x = example_of_the_task()
    masks = (None, [[False, True]], [[True, True]])
    examples = [Case(1, state, x, None if m is None else torch.tensor(m)) for m in masks]
    by_default = solution.call_there("AttentionBlock", eight.dim)
    by_name = solution.call_there("AttentionBlock", dim=plain.dim, heads=plain.heads)
    by_default.call_there("load_state_dict", eight.state)
    by_name.call_there("load_state_dict", plain.state)
    asked = [
        by_default.call_there("", eight.x, eight.mask),
        by_name.call_there("", x=plain.x, key_padding_mask=plain.mask),
    ]
    seen = solution.fetch_all(asked) + outputs(solution, examples)
    expected = {
        "with heads left out, and the mask in second place": eight,
        "with every argument by name": plain,
        "in the example of the task, without a mask": examples[0],
        "in the example of the task, with one position of padding": examples[1],
        "in the example of the task, with padding alone": examples[2],
    }
    for output, (when, case) in zip(seen, expected.items()):
        message = f"{when}, the output is off"
        expect_form(output, case.x, message, example=case.shown())
        expect_right(output, case, message)


def example_of_the_task() -> tuple[dict, Tensor]:
    values, zeros = torch.eye(2), torch.zeros(2)
    state = {
        "qkv.weight": torch.cat([torch.zeros(4, 2), values]),
        "qkv.bias": torch.zeros(6),
        "proj.weight": torch.eye(2),
        "proj.bias": zeros,
        "norm.weight": torch.ones(2),
        "norm.bias": zeros,
    }
    return state, torch.tensor([[[1.0, 3.0], [5.0, 3.0]]])


@check("large-scores", "Scores in the hundreds do not overflow", core=False, hint=3)
def large_scores(solution: Solution, rng: Rng) -> None:
    cases = {}
    for when, case in (("", drawn(rng)), (" and a mask", padded(rng, drawn(rng)))):
        weight, bias = case.thirds()
        weight[:2] *= rng.number(15, 25)
        cases[f"with large scores{when}, the output is off"] = case.with_thirds(weight, bias)
    expect_right_in_both(solution, cases)
