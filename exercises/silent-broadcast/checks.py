import torch
from torch import Tensor

from bot.kit import (
    Call,
    Remote,
    Rng,
    Solution,
    answers,
    check,
    expect,
    expect_close,
    expect_same,
    fail,
    in_float64,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up, over a few steps

State = dict[str, Tensor]
Batch = tuple[Tensor, Tensor, Tensor, Tensor]


def level_loss(level: Tensor, target: Tensor) -> Tensor:
    return (level[:, 0] - target).square().mean()


def curve_loss(curve: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    return (curve[:, 0] - target)[valid].square().mean()


def error_per_step(curve: Tensor, target: Tensor) -> Tensor:
    return (curve[:, 0] - target).abs().mean(dim=0)


def hits(level: Tensor, target: Tensor, tolerance: float) -> Tensor:
    within = (level[:, 0] - target).abs() <= tolerance
    return within.to(level.dtype).mean()


def forecast(state: State, x: Tensor) -> tuple[Tensor, Tensor]:
    """Level (N, 1) and curve (N, 1, T)."""
    hidden = torch.tanh(x @ state["body.weight"].T + state["body.bias"])
    level = hidden @ state["level.weight"].T + state["level.bias"]
    offsets = hidden @ state["offsets.weight"].T + state["offsets.bias"]
    return level, (level + offsets)[:, None]


def trained(state: State, batches: list[Batch], lr: float) -> tuple[State, Tensor]:
    """The weights after one step for each batch, and the loss of each before its step."""
    losses, state = [], {name: weight.clone().requires_grad_() for name, weight in state.items()}
    optimizer = torch.optim.SGD(state.values(), lr=lr)
    for x, level, curve, valid in batches:
        levels, curves = forecast(state, x)
        loss = level_loss(levels, level) + curve_loss(curves, curve, valid)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return {name: weight.detach() for name, weight in state.items()}, torch.stack(losses)


def drawn_state(rng: Rng, *, steps: int = 0) -> State:
    """Weights for a model of random sizes."""
    features, width = rng.integer(2, 8), rng.integer(4, 20)
    shapes = {"body": (width, features), "level": (1, width)}
    shapes["offsets"] = (steps or rng.integer(2, 8), width)
    state = {}
    for name, shape in shapes.items():
        state[f"{name}.weight"] = rng.normal(*shape) / shape[1] ** 0.5
        state[f"{name}.bias"] = rng.normal(shape[0])
    return state


def put_model(solution: Solution, state: State) -> Remote:
    width, features = state["body.weight"].shape
    model = solution.call_there("Forecaster", features, len(state["offsets.bias"]), width)
    model.call_there("load_state_dict", state)
    return model


def drawn_sizes(rng: Rng) -> list[tuple[int, int]]:
    """Rows and steps: several of both, as many of one as of the other, one row, one step, one of both."""
    rows, steps, both = rng.integer(2, 12), rng.integer(2, 9), rng.integer(2, 7)
    return [(rows, steps + 10), (both, both), (rows, 1), (1, steps), (1, 1)]


def drawn_valid(rng: Rng, rows: int, steps: int) -> Tensor:
    """Some places are valid; where there are several, not all, and not as many in each row."""
    valid = rng.uniform(0, 1, (rows, steps)) < 0.6
    valid[0] = True
    if rows > 1:
        valid[-1, 0] = False
    return valid


def expect_function(solution: Solution, name: str, calls: list[Call], oracle: object) -> None:
    """Fail unless it gives what the oracle gives; say where each row meets every target."""
    for seen, call in zip(answers(solution, name, calls), calls, strict=True):
        forecasts, target, *rest = call.args
        what = f"{name} of shapes {tuple(forecasts.shape)} and {tuple(target.shape)} is off"
        right, exact = call.right(oracle), call.exact(oracle)
        if isinstance(seen, Tensor) and seen.shape == right.shape and len(target) > 1:
            rows = len(target)
            pairs = (
                forecasts.repeat_interleave(rows, dim=0),
                *(
                    value.repeat(rows, *[1] * (value.dim() - 1))
                    if isinstance(value, Tensor)
                    else value
                    for value in (target, *rest)
                ),
            )
            every = [oracle(*pairs), oracle(*pairs) * rows]
            if any(torch.allclose(seen.float(), each, rtol=1e-4) for each in every):
                what += " (it compares each row with every target, not with its own)"
        expect_close(seen, right, what, exact=exact, factor=ROUNDING, example=call.shown())


def pair(seen: object, what: str) -> tuple[object, object]:
    """Fail unless it is two things."""
    if not isinstance(seen, (tuple, list)) or len(seen) != 2:
        fail(f"{what} is not a plain tuple of two: the level, the curve")
    return seen[0], seen[1]


def expect_forecasts(solution: Solution, rng: Rng, sizes: list[tuple[int, int]], path: str) -> None:
    """Fail unless models, or `predict`, give the judge's level and curve."""
    cases, asked = [], []
    for rows, steps in sizes:
        state = drawn_state(rng, steps=steps)
        x = rng.normal(rows, state["body.weight"].shape[1])
        model = put_model(solution, state)
        call = solution.call_there(path, model, x) if path else model.call_there("", x)
        cases.append((state, x))
        asked.append(call)
    said = "predict(model, x)" if path else "model(x)"
    for found, (state, x) in zip(solution.fetch_all(asked), cases, strict=True):
        rights, exacts = forecast(state, x), forecast(in_float64(state), x.double())
        if path:
            rights, exacts = ([each[:, 0] for each in both] for both in (rights, exacts))
        parts = zip(("level", "curve"), pair(found, said), rights, exacts, strict=True)
        for name, seen, right, exact in parts:
            what = f"for N={len(x)} and T={len(state['offsets.bias'])}, the {name} of {said}"
            expect_close(seen, right, f"{what} is off", exact=exact, factor=ROUNDING)


@check("again", "The same model gives the same for the same input", core=True, points=0)
def again(solution: Solution, rng: Rng) -> None:
    state = drawn_state(rng)
    x = rng.normal(rng.integer(2, 9), state["body.weight"].shape[1])
    model = put_model(solution, state)
    seen = solution.fetch_all([model.call_there("", x) for _ in range(3)])
    first, *others = (pair(each, "model(x)") for each in seen)
    for now in others:
        for one, other, right in zip(now, first, forecast(state, x), strict=True):
            expect_same(one, other, "model(x), asked twice, differs", wanted=right)


@check("level-loss", "Each level meets its own target", core=True, points=2)
def check_level_loss(solution: Solution, rng: Rng) -> None:
    calls = [Call((rng.normal(rows, 1) * 3, rng.normal(rows) + 1)) for rows, _ in drawn_sizes(rng)]
    expect_function(solution, "level_loss", calls, level_loss)


def drawn_curves(rng: Rng) -> list[tuple[Tensor, Tensor]]:
    sizes = drawn_sizes(rng)
    return [(rng.normal(n, 1, t) * 2, rng.normal(n, t) + rng.normal(n, 1)) for n, t in sizes]


@check("curve-loss", "Each curve meets its own target, at valid places", core=True, points=2)
def check_curve_loss(solution: Solution, rng: Rng) -> None:
    calls = [Call((*both, drawn_valid(rng, *both[1].shape))) for both in drawn_curves(rng)]
    expect_function(solution, "curve_loss", calls, curve_loss)


@check("error-per-step", "The error of a step is a mean over the rows", core=True, points=2)
def check_error(solution: Solution, rng: Rng) -> None:
    expect_function(
        solution, "error_per_step", [Call(both) for both in drawn_curves(rng)], error_per_step
    )


@check("hits", "The hits are a share of the rows", core=True, points=2, hint=2)
def check_hits(solution: Solution, rng: Rng) -> None:
    calls = []
    for rows in (rng.integer(4, 9), rng.integer(12, 40), 2):
        every = own = 0.0
        while every == own:  # what comes of all pairs is something else
            level, target = rng.normal(rows, 1) * 2, rng.normal(rows) + 1
            target[:2] = level[:2, 0] + torch.tensor([9.0, -9.0])  # one far below, one far above
            errors = (level[:, 0] - target).abs().sort().values
            place = rng.integer(0, rows - 1)
            tolerance = float(errors[place] + errors[place + 1]) / 2 if rows > 2 else 9.5
            own = float(hits(level, target, tolerance))
            every = float(((level - target).abs() <= tolerance).float().mean())
        calls.append(Call((level, target, tolerance)))
    level, tolerance = rng.integers(-5, 6, (rng.integer(4, 9), 1)).float(), float(rng.integer(1, 4))
    target = level[:, 0] + tolerance * rng.integers(-2, 3, (len(level),))
    target[0] = level[0, 0] + tolerance  # an error of the tolerance itself is a hit
    calls.append(Call((level, target, tolerance)))
    expect_function(solution, "hits", calls, hits)


@check("model", "Each curve begins from its own level", core=True, points=2, hint=2)
def model_itself(solution: Solution, rng: Rng) -> None:
    expect_forecasts(solution, rng, drawn_sizes(rng), "")


@check("one-row", "One row is forecast as many are", core=True, points=2, hint=3)
def one_row(solution: Solution, rng: Rng) -> None:
    expect_forecasts(solution, rng, [(1, rng.integer(2, 9)), (1, 1)], "predict")


@check("predict", "predict gives each row's level and curve", core=True, hint=3)
def predict(solution: Solution, rng: Rng) -> None:
    expect_forecasts(solution, rng, drawn_sizes(rng), "predict")


@check("training", "Every batch gives one step with the gradient of its loss", core=True, hint=3)
def training(solution: Solution, rng: Rng) -> None:
    for steps in (1, rng.integer(3, 7)):
        state, lr = drawn_state(rng), rng.number(0.02, 0.1)
        features, count = state["body.weight"].shape[1], len(state["offsets.bias"])
        batches = []
        for rows in [rng.integer(1, 12) for _ in range(steps)]:
            targets = rng.normal(rows) * 2, rng.normal(rows, count) + 1
            batches.append((rng.normal(rows, features), *targets, drawn_valid(rng, rows, count)))
        model = put_model(solution, state)
        losses = solution.call("fit", model, batches, lr)
        found = model.fetch_parameters()
        given = (state, batches)
        (right, wanted), (exact, truth) = (trained(*g, lr) for g in (given, in_float64(given)))
        when = f"after {steps} batches with lr={lr:.3g}"
        for name, weight in right.items():
            what = f"{when}, {name} is off"
            expect_close(found.get(name), weight, what, exact=exact[name], factor=ROUNDING)
        floats = isinstance(losses, list) and all(type(one) is float for one in losses)
        expect(floats, "fit does not return a list of Python floats")
        what = f"{when}, the list of losses is off"
        expect_close(torch.tensor(losses), wanted, what, exact=truth, factor=ROUNDING)
