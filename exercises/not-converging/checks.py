from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn import functional

from bot.kit import (
    Remote,
    Rng,
    Solution,
    Stream,
    check,
    expect,
    expect_close,
    expect_equal,
    fail,
)

SHAPES = {"0.weight": (64, 10), "0.bias": (64,), "3.weight": (3, 64), "3.bias": (3,)}
BATCH = 64
STEPS = 120

SPREAD = 5.0
"""Distance of the six clusters from the origin, in standard deviations of one."""

LOSS_AT_MOST = 0.4
"""Sound runs, Adam with 0.001 among them, reach 0.31 and less. Behind a softmax no loss is below
ln(1 + 2/e) = 0.55, as the best scores are 1, 0, 0."""

MOVE_AT_MOST = 0.7
"""Learning rates up to 0.2 move a weight by 0.23 in the second step, 5.0 by 0.9 and more. Two new
models differ by 0.63 at most, so that a seed that is not used fails its own check alone."""

GROWTH_AT_MOST = 1.25
"""Of all weights' norm from step 20 to 40. Sound runs: 1.13 and less; without clearing: 1.32 and
more, but for steps so small that GATHERED_AT_MOST tells them."""

GATHERED_AT_MOST = 1.2
"""The gradient's norm after 20 steps on one batch, over that after the first. Sound runs: 0.97 and
less; without clearing: 6 and more for Adam with 0.003 and less, 1.0 where GROWTH_AT_MOST tells."""

MARGIN_AT_LEAST = 0.3
"""Of the right score over the others. Sound runs: 0.8 and more; mixed-up labels: 0.02 and less."""


def weights(model: Remote) -> dict[str, Tensor]:
    """The model's weights, checked: they come from the learner's side."""
    found = model.fetch_parameters()
    pairs = found.items() if isinstance(found, dict) else ()
    state = {str(name): value for name, value in pairs if isinstance(value, Tensor)}
    seen = {name: tuple(value.shape) for name, value in state.items()}
    if seen != SHAPES or any(value.dtype != torch.float32 for value in state.values()):
        fail(f"the model's weights are not those of the given model; their shapes are {seen}")
    return state


def vector(state: dict[str, Tensor]) -> Tensor:
    return torch.cat([state[name].double().reshape(-1) for name in SHAPES])


def scores_of(state: dict[str, Tensor], x: Tensor) -> Tensor:
    """What the model has to return in evaluation mode: x (N, 10) -> (N, 3)."""
    hidden = functional.relu(functional.linear(x, state["0.weight"], state["0.bias"]))  # (N, 64)
    return functional.linear(hidden, state["3.weight"], state["3.bias"])


def drawn_state(rng: Rng) -> dict[str, Tensor]:
    return {name: rng.normal(*shape) / shape[-1] ** 0.5 for name, shape in SHAPES.items()}


def loaded(solution: Solution, state: dict[str, Tensor]) -> Remote:
    """A new model with these weights, in training mode."""
    model = solution.call_there("build")
    model.call_there("load_state_dict", state)
    model.call_there("train")
    return model


def trained(solution: Solution, batches: Iterable, seed: int) -> Remote:
    return solution.call_there("train", Stream(batches), seed=seed)


def one_class(rng: Rng) -> list:
    """A batch whose labels are all the same: mixing them up would change nothing."""
    return [(rng.normal(BATCH, 10), torch.full((BATCH,), rng.integer(0, 3)))]


def directions(rng: Rng) -> Tensor:
    """Three directions at right angles: (3, 10)."""
    return torch.linalg.qr(rng.normal(10, 10)).Q[:3]


@check(
    "scores",
    "The model is the given one and returns scores, with nothing behind the last layer",
    core=True,
    hint=2,
)
def scores(solution: Solution, rng: Rng) -> None:
    state, x = drawn_state(rng), rng.normal(BATCH, 10)
    model = loaded(solution, state)
    varied = not _same(model(x), model(x))
    model.call_there("eval")
    seen = model(x)
    rows = seen.sum(dim=1) if isinstance(seen, Tensor) and seen.dim() == 2 else torch.zeros(1)
    if torch.allclose(rows, torch.ones_like(rows), atol=1e-4):
        fail(
            "each row of model(x) adds up to 1: those are probabilities, and the loss wants scores"
        )
    exact = scores_of({name: value.double() for name, value in state.items()}, x.double())
    expect_close(
        seen,
        scores_of(state, x),
        "with given weights, in evaluation mode, model(x) is not Linear, ReLU, Linear",
        exact=exact,
    )
    expect(varied, "in training mode model(x) gives the same twice: the dropout is gone")


@check(
    "steady-prediction",
    "predict gives the same classes every time, whatever mode the model is in",
    core=True,
    hint=2,
)
def steady_prediction(solution: Solution, rng: Rng) -> None:
    state, x = drawn_state(rng), rng.normal(256, 10)
    wanted = scores_of(state, x)
    top = wanted.topk(2, dim=1).values  # (256, 2)
    clear = top[:, 0] - top[:, 1] > 0.01  # without near ties, which rounding may decide
    x, wanted = x[clear], wanted[clear].argmax(dim=1)
    model = loaded(solution, state)
    for mode in ("train", "eval", "train"):
        model.call_there(mode)
        expect_equal(
            solution.call("predict", model, x),
            wanted,
            f"predict(model, x) after model.{mode}() is not the class with the highest score of the"
            " whole model",
        )


@check("weights-move", "The model that comes back is the one that was trained", core=True, hint=2)
def weights_move(solution: Solution, rng: Rng) -> None:
    batch, seed = one_class(rng), rng.integer(0, 1000)
    one, four = (weights(trained(solution, batch * count, seed)) for count in (1, 4))
    for name in SHAPES:
        expect(
            not torch.equal(one[name], four[name]),
            f"after 4 batches `{name}` is the same as after 1: no step reaches the model that train"
            " returns",
        )


@check("step-size", f"A single step moves no weight by more than {MOVE_AT_MOST}", core=True, hint=2)
def step_size(solution: Solution, rng: Rng) -> None:
    batch, seed = one_class(rng), rng.integer(0, 1000)
    one, two = (vector(weights(trained(solution, batch * count, seed))) for count in (1, 2))
    moved = (two - one).abs().max().item()
    expect(
        moved <= MOVE_AT_MOST,
        f"the second step moved a weight by {moved:.3g}; the weights begin between -0.32 and 0.32",
    )


@check("labels", "Every row learns from its own label", core=True, hint=2)
def labels(solution: Solution, rng: Rng) -> None:
    for _ in range(2):
        points = 4 * directions(rng)
        orders = [rng.permutation(BATCH) % 3 for _ in range(40)]
        model = trained(solution, [(points[y], y) for y in orders], rng.integer(0, 1000))
        state = weights(model)
        model.call_there("eval")
        seen = model(points)  # (3, 3)
        expect_form(seen, scores_of(state, points))
        own = seen.diagonal()  # (3,)
        others = (seen - torch.diag(torch.full((3,), torch.inf))).max(dim=1).values  # (3,)
        worst = (own - others).min().item()
        expect(
            worst >= MARGIN_AT_LEAST,
            "after 40 batches of only three different rows, one for each class, a row's own class"
            f" leads the others by {worst:.3g}; something mixes up rows and labels, or nothing is"
            " learned at all",
        )


@check("fresh-gradients", "Each step uses the gradient of its own batch", core=True, hint=2)
def fresh_gradients(solution: Solution, rng: Rng) -> None:
    batch, seed = one_class(rng), rng.integer(0, 1000)
    first, early, late = (trained(solution, batch * count, seed) for count in (1, 20, 40))
    # Small steps hardly move the weights, but then the gradients that are left in add up.
    gathered = length(early.fetch_grads()) / max(length(first.fetch_grads()), 1e-9)
    expect(
        gathered <= GATHERED_AT_MOST,
        "with one batch again and again, the gradient after 20 steps should be smaller than after the"
        f" first, but is {gathered:.3g} times as large",
    )
    growth = (vector(weights(late)).norm() / vector(weights(early)).norm()).item()
    expect(
        growth <= GROWTH_AT_MOST,
        "with one batch again and again, there is nothing left to learn after 20 steps, but from"
        f" step 20 to step 40 the weights grow by a factor of {growth:.3g}",
    )


def length(grads: dict) -> float:
    """Norm of all gradients together; 0 where they are cleared after the step."""
    found = grads.values() if isinstance(grads, dict) else ()
    tensors = [grad.double().reshape(-1) for grad in found if isinstance(grad, Tensor)]
    return torch.cat(tensors).norm().item() if tensors else 0.0


@check(
    "reproducible", "The same seed and the same batches give the same weights", core=True, hint=3
)
def reproducible(solution: Solution, rng: Rng) -> None:
    batches, seed = one_class(rng) * 3, rng.integer(0, 1000)
    first, second = (weights(trained(solution, batches, seed)) for _ in range(2))
    for name in SHAPES:
        expect_equal(
            second[name],
            first[name],
            f"called twice with seed={seed}, `{name}` comes out different",
        )
    other = weights(trained(solution, batches, seed + 1))
    expect(
        not torch.equal(vector(first), vector(other)),
        f"seed={seed} and seed={seed + 1} give the same weights: the seed is not used",
    )


# Last, as it throws the solver away that the checks before it share.
@check(
    "generalises",
    f"After {STEPS} batches it is right on new data: accuracy 0.90, loss below {LOSS_AT_MOST}",
    core=True,
    points=3,
    hint=1,
)
def generalises(solution: Solution, rng: Rng) -> None:
    centres = [directions(rng) * SPREAD for _ in range(3)]
    states = [
        weights(trained(solution, (drawn(rng, c, BATCH) for _ in range(STEPS)), seed))
        for seed, c in enumerate(centres)
    ]
    evaluated = solution.restart()  # nothing but the weights gets there
    for state, c in zip(states, centres, strict=True):
        x, y = drawn(rng, c, 1000)
        model = loaded(evaluated, state)
        guessed = evaluated.call("predict", model, x)
        expect_form(guessed, y)
        accuracy = (guessed == y).double().mean().item()
        expect(
            accuracy >= 0.90,
            f"on 1000 new rows predict is right for {accuracy:.1%}; guessing gets 33%, the fixed"
            " script 98% and more",
        )
        model.call_there("eval")
        seen = model(x)
        expect_form(seen, scores_of(state, x))
        loss = functional.cross_entropy(seen, y).item()
        expect(
            loss <= LOSS_AT_MOST,
            f"on 1000 new rows predict is right for {accuracy:.1%}, but the loss is {loss:.3g};"
            " guessing gets 1.10, and scores that are squeezed between 0 and 1 never less than 0.55",
        )


def drawn(rng: Rng, centres: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Rows in six clusters, two opposite ones for each class: x (count, 10), y (count,)."""
    y = rng.integers(0, 3, (count,))
    side = rng.integers(0, 2, (count,)) * 2 - 1
    return centres[y] * side[:, None] + rng.normal(count, 10), y


def expect_form(seen: object, like: Tensor) -> None:
    expect(
        isinstance(seen, Tensor) and (seen.shape, seen.dtype) == (like.shape, like.dtype),
        f"something of shape {tuple(getattr(seen, 'shape', ()))} came back, should be a tensor of"
        f" shape {tuple(like.shape)} and dtype {like.dtype}",
    )


def _same(one: object, two: object) -> bool:
    return isinstance(one, Tensor) and isinstance(two, Tensor) and torch.equal(one, two)
