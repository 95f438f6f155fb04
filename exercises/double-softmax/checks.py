import torch
from torch import Tensor
from torch.nn import functional

from bot.kit import (
    Call,
    Remote,
    Rng,
    Solution,
    answers,
    check,
    expect,
    expect_answers,
    expect_close,
    expect_equal,
    expect_same,
    fail,
    in_float64,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up, over a few steps

State = dict[str, Tensor]
Batch = tuple[Tensor, Tensor, Tensor]


def scores(state: State, x: Tensor) -> tuple[Tensor, Tensor]:
    """Raw scores of the kinds (N, K) and of the tags (N, T)."""
    hidden = torch.tanh(x @ state["body.weight"].T + state["body.bias"])
    kinds = hidden @ state["kinds.weight"].T + state["kinds.bias"]
    return kinds, hidden @ state["tags.weight"].T + state["tags.bias"]


def probabilities(kind_scores: Tensor, tag_scores: Tensor) -> tuple[Tensor, Tensor]:
    return kind_scores.softmax(dim=1), tag_scores.sigmoid()


def trained(state: State, batches: list[Batch], lr: float) -> tuple[State, Tensor]:
    """The weights after one step for each batch, and the loss of each before its step."""
    losses, state = [], {name: weight.clone().requires_grad_() for name, weight in state.items()}
    optimizer = torch.optim.SGD(state.values(), lr=lr)
    for x, kind, tags in batches:
        kinds, marks = scores(state, x)
        loss = functional.cross_entropy(kinds, kind)
        loss = loss + functional.binary_cross_entropy_with_logits(marks, tags)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    state = {name: weight.detach() for name, weight in state.items()}
    return state, torch.stack(losses)


def both_trained(state: State, batches: list[Batch], lr: float) -> list[tuple[State, Tensor]]:
    """In float32, and in float64."""
    given = (state, batches)
    return [trained(*each, lr) for each in (given, in_float64(given))]


def drawn_state(rng: Rng, *, tags: int = 0) -> State:
    """Weights for a model of random sizes."""
    features, width = rng.integer(2, 9), rng.integer(4, 24)
    heads = {"kinds": (rng.integer(2, 7), width), "tags": (tags or rng.integer(2, 6), width)}
    state = {}
    for name, shape in {"body": (width, features), **heads}.items():
        state[f"{name}.weight"] = rng.normal(*shape) * 1.5 / shape[1] ** 0.5
        state[f"{name}.bias"] = rng.normal(shape[0])
    return state


def put(solution: Solution, state: State) -> Remote:
    """A `Tagger` with these weights."""
    width, kinds, tags = (len(state[f"{name}.bias"]) for name in ("body", "kinds", "tags"))
    model = solution.call_there("Tagger", state["body.weight"].shape[1], kinds, tags, width)
    model.call_there("load_state_dict", state)
    return model


def drawn_batch(rng: Rng, state: State, rows: int) -> Batch:
    kind = rng.integers(0, len(state["kinds.bias"]), (rows,))
    tags = rng.integers(0, 2, (rows, len(state["tags.bias"]))).float()
    return rng.normal(rows, state["body.weight"].shape[1]), kind, tags


def cases(rng: Rng) -> list[tuple[State, Tensor]]:
    """Several models with inputs: one row, one tag, and others."""
    drawn = [drawn_state(rng), drawn_state(rng, tags=1), drawn_state(rng)]
    rows = rng.shuffled([1, rng.integer(2, 9), rng.integer(9, 30)])
    return [(state, drawn_batch(rng, state, count)[0]) for state, count in zip(drawn, rows)]


def expect_scores(solution: Solution, rng: Rng, head: int) -> None:
    """Fail unless one of the two outputs is right, in both modes; say what it looks like if not."""
    drawn = cases(rng)
    asked = []
    for state, x in drawn:
        for mode in ("train", "eval"):
            model = put(solution, state)
            model.call_there(mode)
            asked.append(model.call_there("", x))
    seen = iter(solution.fetch_all(asked))
    for state, x in drawn:
        right, exact = scores(state, x)[head], scores(in_float64(state), x.double())[head]
        for mode in ("training", "evaluation"):
            found = pair(next(seen), "model(x)")
            what = f"in {mode} mode, model(x)[{head}] is off{looks(found[head], right, head)}"
            expect_close(found[head], right, what, exact=exact, factor=ROUNDING, example={"x": x})


def pair(seen: object, what: str) -> tuple[object, object]:
    """Fail unless it is two things."""
    if not isinstance(seen, (tuple, list)) or len(seen) != 2:
        fail(f"{what} is not a plain tuple of two: of the kinds, of the tags")
    return seen[0], seen[1]


def looks(seen: object, right: Tensor, head: int) -> str:
    """What an output seems to be instead of raw scores, for a message."""
    if not isinstance(seen, Tensor) or seen.shape != right.shape or not seen.is_floating_point():
        return ""
    ones = torch.ones(len(right))
    if head == 0 and torch.allclose(seen.float().sum(dim=1), ones, atol=1e-4):
        return " (each row sums to 1, as probabilities do; should be raw scores)"
    if head == 0 and torch.allclose(seen.float().exp().sum(dim=1), ones, atol=1e-4):
        return " (it holds logarithms of probabilities; should be raw scores)"
    if head == 1 and bool(((seen >= 0) & (seen <= 1)).all()):
        return " (all of it lies between 0 and 1, as probabilities do; should be raw scores)"
    return ""


def expect_losses(seen: object, right: Tensor, exact: Tensor, what: str) -> None:
    """Fail unless it is a list of these numbers."""
    floats = isinstance(seen, list) and all(type(one) is float for one in seen)
    expect(floats, "fit does not return a list of Python floats")
    expect(len(seen) == len(right), f"fit gave {len(seen)} losses for {len(right)} batches")
    expect_close(torch.tensor(seen), right, what, exact=exact, factor=ROUNDING)


@check("again", "The same model gives the same for the same input", core=True, points=0)
def again(solution: Solution, rng: Rng) -> None:
    state, x = cases(rng)[2]
    model = put(solution, state)
    seen = solution.fetch_all([model.call_there("", x) for _ in range(4)])
    first, *others = (pair(each, "model(x)") for each in seen)
    for now in others:
        for one, other, right in zip(now, first, scores(state, x), strict=True):
            expect_same(one, other, "model(x), asked twice, differs", wanted=right)


@check("kind-scores", "The model gives raw scores of the kinds", core=True, points=2)
def kind_scores(solution: Solution, rng: Rng) -> None:
    expect_scores(solution, rng, 0)


@check("tag-scores", "The model gives raw scores of the tags", core=True, points=2)
def tag_scores(solution: Solution, rng: Rng) -> None:
    expect_scores(solution, rng, 1)


def given_scores(rng: Rng) -> list[Call]:
    """Scores of kinds and of tags: usual ones, and ones so far apart that exp() fails."""
    calls = []
    sizes = {"for given scores": rng.number(1, 3), "for large scores": rng.number(150, 400)}
    for when, size in sizes.items():
        for rows in rng.shuffled([1, rng.integer(2, 12)]):
            kinds, tags = rng.normal(rows, rng.integer(3, 8)), rng.normal(rows, rng.integer(2, 6))
            kinds[torch.arange(rows), kinds.argmax(dim=1)] += 1
            calls.append(Call((kinds * size, tags * size), when=when))
    return calls


@check("probabilities", "Scores become probabilities, row by row", core=True, points=2, hint=2)
def probabilities_of_scores(solution: Solution, rng: Rng) -> None:
    calls = given_scores(rng)
    seen = answers(solution, "probabilities", calls)
    for found, call in zip(seen, calls, strict=True):
        parts = (
            pair(found, "probabilities(…)"),
            call.right(probabilities),
            call.exact(probabilities),
        )
        for name, part, right, exact in zip(("kinds", "tags"), *parts, strict=True):
            what = call.message(f"the probabilities of the {name} are off")
            expect_close(part, right, what, exact=exact, example=call.shown())


@check("nll", "nll is the mean of -log p(right kind)", core=True, points=2, hint=2)
def nll(solution: Solution, rng: Rng) -> None:
    calls = []
    for call in given_scores(rng):
        kinds = call.args[0]
        kind = rng.integers(0, kinds.shape[1], (len(kinds),))
        place = rng.integer(0, len(kind))
        kind[place] = kinds[place].argmin()  # where scores are large, its probability is 0
        calls.append(Call((kinds, kind), when=call.when))
    expect_answers(solution, "nll", calls, functional.cross_entropy, "the nll is off")


@check("predict", "The most likely kind, and the tags above one half", core=True, points=2, hint=3)
def predict(solution: Solution, rng: Rng) -> None:
    given = []
    for state, x in cases(rng):
        x = torch.cat([x, drawn_batch(rng, state, 20)[0]])
        kinds, tags = scores(state, x)
        top = kinds.topk(2, dim=1).values
        clear = ((top[:, 0] - top[:, 1]) > 1e-3) & (tags.abs() > 1e-3).all(dim=1)
        given.append((state, x[clear][: rng.integer(12, 18)]))
    one, x = given[0]
    given.append((one, x[:1]))
    even = {**one, "tags.weight": one["tags.weight"] * 0, "tags.bias": one["tags.bias"] * 0}
    given.append((even, x))  # each tag has a probability of exactly 0.5
    made = [solution.call_there("predict", put(solution, state), x) for state, x in given]
    for found, (state, x) in zip(solution.fetch_all(made), given, strict=True):
        found = pair(found, "predict(…)")
        kinds, tags = scores(state, x)
        expect_equal(found[0], kinds.argmax(dim=1), "the predicted kinds are off", example=x)
        expect_equal(found[1], tags > 0, "the predicted tags are off", example=x)


@check("first-loss", "The loss is that of both heads together", core=True, hint=3)
def first_loss(solution: Solution, rng: Rng) -> None:
    for rows in (1, rng.integer(5, 20)):
        state, lr = drawn_state(rng), rng.number(0.05, 0.6)
        batches = [drawn_batch(rng, state, rows)]
        seen = solution.call("fit", put(solution, state), batches, lr)
        (_, right), (_, exact) = both_trained(state, batches, lr)
        expect_losses(seen, right, exact, "the loss of the first batch, before its step, is off")


def expect_trained(solution: Solution, rng: Rng, steps: int, when: str) -> None:
    state = drawn_state(rng, tags=rng.integer(1, 5))
    batches = [drawn_batch(rng, state, rng.integer(3, 20)) for _ in range(steps)]
    if steps > 1:  # the first is the easiest: the loss rises, and that is no reason to stop
        kinds, tags = scores(state, batches[0][0])
        batches[0] = (batches[0][0], kinds.argmax(dim=1), (tags > 0).float())
    lr = rng.number(0.05, 0.6)
    model = put(solution, state)
    losses = solution.call("fit", model, batches, lr)
    found = model.fetch_parameters()
    (right, right_losses), (exact, exact_losses) = both_trained(state, batches, lr)
    for name, weight in right.items():
        what = f"{when} with lr={lr:.3g}, {name} is off"
        seen = found.get(name)
        what += (
            " (it has not moved)"
            if isinstance(seen, Tensor) and torch.equal(seen, state[name])
            else ""
        )
        expect_close(seen, weight, what, exact=exact[name], factor=ROUNDING)
    expect_losses(losses, right_losses, exact_losses, f"{when}, the losses are off")


@check("one-step", "One batch moves every weight by -lr times its gradient", core=True, hint=3)
def one_step(solution: Solution, rng: Rng) -> None:
    expect_trained(solution, rng, 1, "after one step")


@check("training", "Every batch gives one step of its own gradient", core=True, hint=3)
def training(solution: Solution, rng: Rng) -> None:
    for _ in range(2):
        steps = rng.integer(3, 9)
        expect_trained(solution, rng, steps, f"after {steps} steps")
