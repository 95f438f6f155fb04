import math
from dataclasses import dataclass, replace
from functools import partial

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
    expect_raises,
    expect_same_again,
)

SAME = 64.0  # rounding errors within which two runs of one solution agree
SEEN = 1e-4  # what changes by less than this saw no difference; real changes are above 1e-2


@dataclass(frozen=True)
class Case:
    """A block with these weights.

    Attributes:
        heads: Number of heads H.
        state: qkv.weight (3C, C), qkv.bias (3C,), proj.weight (C, C), proj.bias (C,),
            norm.weight (C,), norm.bias (C,).
    """

    heads: int
    state: dict

    @property
    def dim(self) -> int:
        return self.state["proj.bias"].numel()

    def changed(self, **tensors: Tensor) -> "Case":
        """The same with other tensors; `qkv_weight` stands for `qkv.weight`."""
        named = {name.replace("_", "."): tensor for name, tensor in tensors.items()}
        return replace(self, state={**self.state, **named})

    def double(self) -> "Case":
        return replace(self, state={name: t.double() for name, t in self.state.items()})


def drawn(rng: Rng, dim: int = 12, heads: int = 3) -> Case:
    """Weights that keep scores and values near 1, and a norm that is not the identity."""
    state = {
        "qkv.weight": rng.normal(3 * dim, dim) / math.sqrt(dim),
        "qkv.bias": rng.normal(3 * dim) / 2,
        "proj.weight": rng.normal(dim, dim) / math.sqrt(dim),
        "proj.bias": rng.normal(dim),
        "norm.weight": rng.uniform(0.5, 1.5, (dim,)),
        "norm.bias": rng.normal(dim),
    }
    return Case(heads, state)


def built(solution: Solution, case: Case) -> Remote:
    """The learner's block with the case's weights."""
    block = solution.call_there("AttentionBlock", case.dim, case.heads)
    if case.state["proj.bias"].dtype is torch.float64:
        block.call("double")
    block.call_there("load_state_dict", case.state)
    return block


def run(solution: Solution, case: Case, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """The learner's output; fails unless it is a tensor of the shape and dtype of `x`."""
    block = built(solution, case)
    seen = block(x) if mask is None else block(x, key_padding_mask=mask)
    expect(isinstance(seen, Tensor), "forward does not return a tensor")
    expect(
        seen.shape == x.shape,
        f"for x of shape {tuple(x.shape)}, the output has shape {tuple(seen.shape)}",
    )
    expect(seen.dtype == x.dtype, f"for x of {x.dtype}, the output is {seen.dtype}")
    return seen


def oracle(case: Case, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """The right output. Padding is cut away, not masked, and each head is on its own."""
    mask = torch.zeros(x.shape[:2], dtype=torch.bool) if mask is None else mask
    rows = [_sample(case, sample, kept) for sample, kept in zip(x, ~mask)]
    state = case.state
    return functional.layer_norm(
        torch.stack(rows), (case.dim,), state["norm.weight"], state["norm.bias"]
    )


def _sample(case: Case, x: Tensor, kept: Tensor) -> Tensor:
    """Before the norm: (T, C) to (T, C)."""
    if not kept.any():
        return x
    queries, keys, values = functional.linear(
        x, case.state["qkv.weight"], case.state["qkv.bias"]
    ).chunk(3, dim=-1)  # each (T, C)
    size = case.dim // case.heads
    found = []
    for at in range(0, case.dim, size):
        q, k, v = (t[:, at : at + size] for t in (queries, keys[kept], values[kept]))
        found.append(torch.softmax(q @ k.T / math.sqrt(size), dim=-1) @ v)  # (T, D)
    return x + functional.linear(
        torch.cat(found, -1), case.state["proj.weight"], case.state["proj.bias"]
    )


def example(case: Case, x: Tensor, mask: Tensor | None = None) -> dict:
    """A call as a learner can read it; the weights are too long to show."""
    shown = {"dim": case.dim, "heads": case.heads, "x.shape": tuple(x.shape)}
    return shown if mask is None else {**shown, "key_padding_mask": mask.int().tolist()}


def expect_moved(one: Tensor, other: Tensor, message: str, shown: dict) -> None:
    """Fail where two outputs are the same: a block that does nothing would be right by accident."""
    expect(bool((one - other).abs().max() > SEEN), message, example=shown)


def padding(*rows: str) -> Tensor:
    """`.` is a position that counts, `#` is padding. Shape (B, T), bool."""
    return torch.tensor([[mark == "#" for mark in row] for row in rows])


# --- without a mask ---------------------------------------------------------------------------


@check(
    "within-samples",
    "Positions see all of their own sample, and no other sample",
    core=True,
    points=2,
    hint=1,
)
def within_samples(solution: Solution, rng: Rng) -> None:
    case, x = drawn(rng), rng.normal(3, 4, 12)
    place, time = rng.integer(0, 3), rng.integer(0, 4)
    other = x.clone()
    other[place, time] = 2 * rng.normal(12)
    moved = (run(solution, case, x) - run(solution, case, other)).abs().amax(-1)  # (B, T)
    shown = example(case, x)
    rest = [b for b in range(3) if b != place]
    expect(
        bool((moved[rest] < SEEN).all()),
        f"changing x[{place}, {time}] changes the output of other samples, by"
        f" {moved[rest].max().item():.3g}",
        example=shown,
    )
    expect(
        bool((moved[place] > SEEN).all()),
        f"changing x[{place}, {time}] should change the output at every position of sample {place};"
        f" these do not change: {torch.where(moved[place] <= SEEN)[0].tolist()}",
        example=shown,
    )


@check("weights", "The weights that a query gives to all keys add up to 1", core=True, hint=1)
def weights(solution: Solution, rng: Rng) -> None:
    case, x = drawn(rng), rng.normal(2, 5, 12)
    qkv, bias = case.state["qkv.weight"].clone(), case.state["qkv.bias"].clone()
    qkv[24:], bias[24:] = 0.0, rng.uniform(1.0, 2.0).item()  # every value is the same vector
    scored = case.changed(qkv_weight=qkv, qkv_bias=bias)
    flat = scored.changed(qkv_weight=torch.zeros_like(qkv))  # every score is the same number
    seen, shown = run(solution, scored, x), example(case, x)
    doubled = run(solution, scored.changed(qkv_bias=2 * bias), x)
    expect_moved(seen, doubled, "values twice as large do not change the output", shown)
    expect_close(
        seen,
        run(solution, flat, x),
        "where all values are equal their weighted mean is that value, whatever the scores are; but"
        " the scores change the output",
        factor=SAME,
        example=shown,
    )


@check("scale", "Scores are divided by the root of a head's size", core=True, hint=2)
def scale(solution: Solution, rng: Rng) -> None:
    base, x = drawn(rng, dim=8, heads=1), rng.normal(2, 4, 8)
    one = repeating(base, queries_times=1.0)
    two = replace(repeating(base, queries_times=math.sqrt(2)), heads=2)
    seen, shown = run(solution, one, x), example(two, x)
    sharper = run(solution, repeating(base, queries_times=3.0), x)
    expect_moved(seen, sharper, "queries three times as large do not change the output", shown)
    expect_close(
        run(solution, two, x),
        seen,
        "two equal heads of 4 channels, their queries times sqrt(2), should have the scores of one head"
        " of 8 channels: q·k / sqrt(4) there is q·k / sqrt(8) here",
        factor=SAME,
        example=shown,
    )


def repeating(case: Case, *, queries_times: float) -> Case:
    """A case of 8 channels whose queries and keys repeat after 4, the queries times a number."""
    weight = case.state["qkv.weight"].reshape(3, 8, 8).clone()
    bias = case.state["qkv.bias"].reshape(3, 8).clone()
    for tensor in (weight, bias):
        tensor[:2, 4:] = tensor[:2, :4]
        tensor[0] *= queries_times
    return case.changed(qkv_weight=weight.reshape(24, 8), qkv_bias=bias.reshape(24))


@check("heads-apart", "Each head has channels of its own and attends by itself", core=True, hint=2)
def heads_apart(solution: Solution, rng: Rng) -> None:
    case, x = drawn(rng), rng.normal(2, 5, 12)
    head = rng.integer(0, 3)
    own = torch.arange(12) // 4 == head  # the head's channels
    case = case.changed(proj_weight=torch.where(own, case.state["proj.weight"], 0.0))
    fresh = drawn(rng).state["qkv.weight"]
    shown = example(case, x)
    message = f"with proj reading head {head} alone (channels {4 * head} to {4 * head + 3}), "
    before = run(solution, case, x)
    others = case.changed(
        qkv_weight=torch.where(own.repeat(3)[:, None], case.state["qkv.weight"], fresh)
    )
    expect_close(
        run(solution, others, x),
        before,
        f"{message}other weights of the other heads change the output",
        factor=SAME,
        example=shown,
    )
    for part, name in enumerate(("query", "key", "value")):
        rows = own.repeat(3) & (torch.arange(36) // 12 == part)
        this = case.changed(qkv_weight=torch.where(rows[:, None], fresh, case.state["qkv.weight"]))
        expect_moved(
            run(solution, this, x),
            before,
            f"{message}other {name} weights of this head do not change the output",
            shown,
        )


@check("residual", "x is added, and the norm comes last", core=True, hint=1)
def residual(solution: Solution, rng: Rng) -> None:
    case, x = drawn(rng), rng.normal(2, 4, 12) * 3 + 1
    silent = case.changed(proj_weight=torch.zeros(12, 12), proj_bias=torch.zeros(12))
    expect_close(
        run(solution, silent, x),
        oracle(silent, x),
        "with proj all zero the output should be norm(x)",
        exact=oracle(silent.double(), x.double()),
        factor=SAME,
        example=example(case, x),
    )


@check(
    "values", "The output is right for heads and batches of any size", core=True, points=2, hint=2
)
def values(solution: Solution, rng: Rng) -> None:
    # Batch, time and a head's channels are 1 in turn: an axis that is squeezed away shows.
    asked = []
    for dim, heads, batch, time in ((4, 1, 2, 3), (12, 3, 2, 5), (8, 8, 3, 1), (12, 2, 1, 7)):
        case, x = drawn(rng, dim, heads), rng.normal(batch, time, dim)
        seen = run(solution, case, x)
        expect_close(
            seen,
            oracle(case, x),
            f"with {heads} head{'s' * (heads > 1)} of {dim // heads} channels, the output is off",
            exact=oracle(case.double(), x.double()),
            example=example(case, x),
        )
        asked.append((partial(run, solution, case, x), seen))
    expect_same_again(rng, asked, "asked again after other calls, a block gives another output")


@check("gradients", "x and all parameters get the right gradient", core=True, points=2, hint=2)
def gradients(solution: Solution, rng: Rng) -> None:
    case, x, upstream = drawn(rng), rng.normal(2, 5, 12), rng.normal(2, 5, 12)
    mask = padding(".....", "...##")
    seen = pulled_back(solution, case, x, mask, upstream)
    wanted = true_gradients(case, x, mask, upstream)
    exact = true_gradients(case.double(), x.double(), mask, upstream.double())
    for name, gradient in wanted.items():
        expect_close(
            seen[name],
            gradient,
            f"the gradient of {name} is off",
            exact=exact[name],
            example=example(case, x, mask),
        )


def pulled_back(solution: Solution, case: Case, x: Tensor, mask: Tensor, upstream: Tensor) -> dict:
    """The learner's gradients by parameter name, and that of `x`."""
    block, given = built(solution, case), solution.put_tensor(x, requires_grad=True)
    block.call_there("", given, key_padding_mask=mask).call_there("backward", upstream)
    found = {**block.fetch_grads(), "x": given.get("grad")}
    missing = [name for name in ("x", *case.state) if not isinstance(found.get(name), Tensor)]
    expect(not missing, f"no gradient arrives at {', '.join(missing)}")
    return found


def true_gradients(case: Case, x: Tensor, mask: Tensor, upstream: Tensor) -> dict:
    leaves = {name: t.clone().requires_grad_() for name, t in {**case.state, "x": x}.items()}
    state = {name: t for name, t in leaves.items() if name != "x"}
    output = oracle(Case(case.heads, state), leaves["x"], mask)
    return dict(zip(leaves, torch.autograd.grad(output, list(leaves.values()), upstream)))


# --- with a mask ------------------------------------------------------------------------------


@check("padding", "Padding might as well not be there", core=True, points=2, hint=2)
def padding_is_cut(solution: Solution, rng: Rng) -> None:
    # As many samples as heads: a mask laid along the wrong axis would broadcast unseen.
    case, x = drawn(rng), rng.normal(3, 6, 12)
    mask = padding("....##", "#.#...", "......")
    x = torch.where(mask[..., None], 5 * rng.normal(3, 6, 12), x)
    seen, whole = run(solution, case, x, mask), run(solution, case, x)
    expect_moved(seen[:2], whole[:2], "the mask changes nothing", example(case, x, mask))
    for sample, (output, hidden) in enumerate(zip(seen, mask)):
        expect_close(
            output[~hidden],
            run(solution, case, x[sample : sample + 1, ~hidden])[0],
            f"in sample {sample} of three, the positions that are no padding do not get what they"
            " get when the padding is cut away",
            factor=SAME,
            example=example(case, x, mask),
        )
    none = torch.zeros_like(mask)
    expect_close(
        run(solution, case, x, none),
        whole,
        "a mask without any True changes the output",
        factor=SAME,
        example=example(case, x, none),
    )


@check(
    "padded-queries",
    "Padding is ignored as a key, yet gets an output like any query",
    core=True,
    hint=3,
)
def padded_queries(solution: Solution, rng: Rng) -> None:
    case, x = drawn(rng), rng.normal(2, 5, 12)
    mask = padding("...##", "..#..")
    x[0, 3], x[0, 4], x[1, 2] = x[0, 1], x[0, 0], x[1, 4]  # padding that repeats what counts
    seen = run(solution, case, x, mask)
    whole = run(solution, case, x)
    expect_moved(seen, whole, "the mask changes nothing", example(case, x, mask))
    for sample, padded, twin in ((0, 3, 1), (0, 4, 0), (1, 2, 4)):
        expect_close(
            seen[sample, padded],
            seen[sample, twin],
            f"position {padded} of sample {sample} is padding with the x of position {twin}, so it"
            " asks the same; but its output is another",
            factor=SAME,
            example=example(case, x, mask),
        )


@check("all-padding", "A sample of padding alone gives norm(x)", core=True, hint=3)
def all_padding(solution: Solution, rng: Rng) -> None:
    case, x = drawn(rng), rng.normal(3, 4, 12)
    mask = padding("....", "####", "..#.")
    seen, wanted = run(solution, case, x, mask), oracle(case, x, mask)
    expect_close(
        seen[1],
        wanted[1],
        "the output of a sample of padding alone is off; it should be norm(x), without attention"
        " and without the bias of proj",
        exact=oracle(case.double(), x.double(), mask)[1],
        factor=SAME,
        example=example(case, x, mask),
    )


@check("all-padding-gradients", "A sample of padding alone spoils no gradient", core=True, hint=3)
def all_padding_gradients(solution: Solution, rng: Rng) -> None:
    case, x, upstream = drawn(rng), rng.normal(2, 4, 12), rng.normal(2, 4, 12)
    mask = padding("...#", "####")
    shown = example(case, x, mask)
    both = pulled_back(solution, case, x, mask, upstream)
    first = pulled_back(solution, case, x[:1], mask[:1], upstream[:1])
    for name, gradient in both.items():
        expect(
            bool(gradient.isfinite().all()),
            f"with a sample of padding alone in the batch, the gradient of {name} is not finite",
            example=shown,
        )
    for name in ("qkv.weight", "qkv.bias", "proj.weight", "proj.bias"):
        expect_close(
            both[name],
            first[name],
            f"a sample of padding alone adds something to the gradient of {name}",
            factor=SAME,
            example=shown,
        )


# --- what surrounds it ------------------------------------------------------------------------


@check("float64", "After .double() everything is computed in float64", core=True, hint=3)
def float64(solution: Solution, rng: Rng) -> None:
    case, x = drawn(rng).double(), rng.normal(3, 4, 12, dtype=torch.float64)
    for mask in (None, padding("....", "..##", "####")):
        seen, wanted = run(solution, case, x, mask), oracle(case, x, mask)
        kept = slice(None) if mask is None else slice(2)  # the last has a check of its own
        gap = (seen[kept] - wanted[kept]).abs().max().item()
        expect_close(
            seen[kept],
            wanted[kept],
            f"in float64, the output is off by {gap:.1g}"
            + " as if a part had been computed in float32" * (1e-9 < gap < 1e-5),
            factor=SAME,
            example=example(case, x, mask),
        )


@check("inputs", "x and the mask are left as they were", core=True, hint=3)
def inputs(solution: Solution, rng: Rng) -> None:
    case, x = drawn(rng), rng.normal(2, 4, 12)
    mask = padding("..##", "####")
    block = built(solution, case)
    given, hidden = solution.put_tensor(x), solution.put_tensor(mask)
    block.call_there("", given, key_padding_mask=hidden)
    shown = example(case, x, mask)
    expect_equal(given.fetch(), x, "forward changed x", example=shown)
    expect_equal(hidden.fetch(), mask, "forward changed the mask", example=shown)


@check("divisible", "Heads that do not divide dim raise ValueError", core=True, hint=3)
def divisible(solution: Solution, rng: Rng) -> None:
    for dim, heads in ((12, 5), (4, 8), (7, rng.integer(2, 7))):
        expect_raises(
            lambda dim=dim, heads=heads: solution.call_there("AttentionBlock", dim, heads),
            "ValueError",
            f"AttentionBlock({dim}, {heads})",
            example={"dim": dim, "heads": heads},
        )


@check("large-scores", "Scores in the hundreds do not overflow", core=False, hint=3)
def large_scores(solution: Solution, rng: Rng) -> None:
    case, x = drawn(rng), rng.normal(2, 5, 12)
    qkv = case.state["qkv.weight"].clone()
    qkv[:24] *= 20
    steep = case.changed(qkv_weight=qkv)
    for mask in (None, padding(".....", "..#.#")):
        seen = run(solution, steep, x, mask)
        expect_close(
            seen,
            oracle(steep, x, mask),
            "with large scores, the output is off",
            exact=oracle(steep.double(), x.double(), mask),
            factor=SAME,
            example=example(case, x, mask),
        )
