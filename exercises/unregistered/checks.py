from collections.abc import Callable

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
    expect_same,
    fail,
    in_float64,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up

State = dict[str, Tensor]
Oracle = Callable[[State, Tensor], Tensor]


def standardize(state: State, x: Tensor) -> Tensor:
    return (x - state["mean"]) / state["std"]


def block(state: State, h: Tensor) -> Tensor:
    return torch.tanh(functional.linear(h, state["linear.weight"], state["linear.bias"]))


def head(state: State, h: Tensor) -> Tensor:
    return functional.linear(h, state["weight"], state["bias"])


def net(state: State, x: Tensor) -> Tensor:
    h = functional.linear(standardize(part(state, "scale"), x), **part(state, "entry"))
    h = torch.tanh(h)
    for place, gain in enumerate(state["gain"]):
        h = h + gain * block(part(state, f"blocks.{place}"), h)
    return head(part(state, "head"), h)


def part(state: State, name: str) -> State:
    """The weights of one part of the network, by their names there."""
    return {key[len(name) + 1 :]: v for key, v in state.items() if key.startswith(f"{name}.")}


def measured(rng: Rng, features: int) -> State:
    return {"mean": rng.normal(features) * 3, "std": rng.uniform(0.5, 3.0, (features,))}


def drawn_weights(rng: Rng, **shapes: tuple[int, ...]) -> State:
    return {name.replace("_", "."): rng.normal(*s) / s[-1] ** 0.5 for name, s in shapes.items()}


def drawn_net(rng: Rng, depth: int) -> State:
    features, width, outputs = rng.integer(2, 7), rng.integer(3, 12), rng.integer(2, 6)
    state = {f"scale.{name}": value for name, value in measured(rng, features).items()}
    state |= drawn_weights(rng, entry_weight=(width, features), entry_bias=(width,))
    state["gain"] = rng.uniform(0.3, 1.5, (depth,))
    for place in range(depth):
        weights = drawn_weights(rng, linear_weight=(width, width), linear_bias=(width,))
        state |= {f"blocks.{place}.{name}": weight for name, weight in weights.items()}
    return state | drawn_weights(rng, head_weight=(outputs, width), head_bias=(outputs,))


def build_net(solution: Solution, state: State) -> Remote:
    """A new `Net` of these sizes; it has another mean and deviation, and no weights yet."""
    mean = torch.zeros_like(state["scale.mean"])
    sizes = len(state["entry.bias"]), len(state["gain"]), len(state["head.bias"])
    return solution.call_there("Net", mean, mean + 1, *sizes)


def load(model: Remote, state: State) -> Remote:
    model.call_there("load_state_dict", state)
    return model


def some_depths(rng: Rng) -> list[int]:
    return rng.shuffled([1, rng.integer(2, 5), rng.integer(5, 13)])


def expect_names(seen: State, wanted: State, what: str) -> None:
    """Fail unless these are the names, and what is under them has these shapes."""
    for words, one, other in (("lacks", wanted, seen), ("should not have", seen, wanted)):
        names = [name for name in one if name not in other]
        expect(not names, f"{what} {words} {', '.join(names[:4])}{', …' if names[4:] else ''}")
    for name, weight in wanted.items():
        expect_form(seen[name], weight, f"{what}: {name} is off")


def expect_part(
    solution: Solution, built: list[tuple[Remote, State, Tensor]], oracle: Oracle, what: str
) -> None:
    """Fail unless modules give an oracle's values and gradients, of the input and all parameters."""
    inputs, outputs = [], []
    for model, state, x in built:
        inputs.append(solution.put_tensor(x, requires_grad=True))
        outputs.append(model.call_there("", inputs[-1]))
        weighted = outputs[-1].call_there("mul", weights_like(oracle(state, x)))
        weighted.call_there("sum").call_there("backward")
    seen = [solution.fetch_all(outputs), solution.fetch_all(inputs, "grad")]
    for (model, state, x), value, gradient in zip(built, *seen, strict=True):
        right, grads = with_gradients(oracle, state, x)
        exact, exact_grads = with_gradients(oracle, *in_float64((state, x)))
        case = f"{what} of an input of shape {tuple(x.shape)}"
        expect_close(value, right, f"{case} is off", exact=exact, factor=ROUNDING)
        found = {"its argument": gradient, **model.fetch_grads()}
        for name, grad in grads.items():
            told = f"{case} is right, but the gradient of {name} is off"
            expect(found.get(name) is not None, f"{told}: there is none")
            expect_close(found[name], grad, told, exact=exact_grads[name], factor=ROUNDING)


def weights_like(answer: Tensor) -> Tensor:
    """Numbers of differing sizes, so that no two elements count alike."""
    return torch.sin(torch.arange(1.0, answer.numel() + 1) ** 2).reshape(answer.shape)


def with_gradients(oracle: Oracle, state: State, x: Tensor) -> tuple[Tensor, State]:
    learned = {name: value for name, value in state.items() if not name.startswith("scale.")}
    leaves = {name: value.clone().requires_grad_() for name, value in learned.items()}
    given = x.clone().requires_grad_()
    answer = oracle({**state, **leaves}, given)
    total = (answer * weights_like(answer).to(answer.dtype)).sum()
    grads = torch.autograd.grad(total, [given, *leaves.values()])
    return answer.detach(), dict(zip(["its argument", *leaves], grads, strict=True))


def saved_in(model: Remote) -> State:
    """What its `state_dict()` holds."""
    items = model.call_there("state_dict").call_there("items").fetch_items(500)
    if not all(isinstance(item, tuple) and len(item) == 2 for item in items):
        fail("state_dict() is no dict of names and tensors")
    return {str(name): value for name, value in items}


@check("again", "The same model gives the same for the same input", core=True, points=0)
def again(solution: Solution, rng: Rng) -> None:
    state = drawn_net(rng, rng.integer(2, 5))
    model = build_net(solution, state)
    model.call_there("head.load_state_dict", part(state, "head"))  # a new head gives zeros
    x = rng.normal(rng.integer(2, 9), len(state["scale.mean"]))
    first, *others = solution.fetch_all([model.call_there("", x) for _ in range(3)])
    for now in others:
        expect_same(now, first, "model(x), asked twice, differs", wanted=net(state, x))


@check("measured-numbers", "Mean and deviation are saved, and not learned", core=True, points=2)
def measured_numbers(solution: Solution, rng: Rng) -> None:
    state, x = measured(rng, rng.integer(2, 9)), rng.normal(rng.integer(2, 9), 1)
    x = x + rng.normal(len(state["mean"]))
    model = solution.call_there("Standardize", state["mean"], state["std"])
    right, exact = standardize(state, x), standardize(in_float64(state), x.double())
    expect_close(model.call("", x), right, "Standardize(mean, std)(x) is off", exact=exact)
    saved, parameters = saved_in(model), model.fetch_parameters()
    expect_names(saved, state, "state_dict() of Standardize")
    for name, value in state.items():
        expect_equal(saved[name], value, f"state_dict() of Standardize: {name} is off")
    moved = ", ".join(parameters)
    expect(not moved, f"parameters() of Standardize has {moved}: an optimizer would move it")


@check("block", "A block lets gradients through, to its weights and its input", core=True, points=2)
def check_block(solution: Solution, rng: Rng) -> None:
    built = []
    for rows in (1, rng.integer(2, 9)):
        width = rng.integer(2, 12)
        state = drawn_weights(rng, linear_weight=(width, width), linear_bias=(width,))
        model = load(solution.call_there("Block", width), state)
        built.append((model, state, rng.normal(rows, width)))
    expect_part(solution, built, block, "Block(width)")


@check("head", "The head learns its weight and its bias", core=True, points=2)
def check_head(solution: Solution, rng: Rng) -> None:
    built = []
    for rows in (1, rng.integer(2, 9)):
        width, outputs = rng.integer(2, 12), rng.integer(2, 7)
        state = drawn_weights(rng, weight=(outputs, width), bias=(outputs,))
        model = load(solution.call_there("Head", width, outputs), state)
        built.append((model, state, rng.normal(rows, width)))
    expect_part(solution, built, head, "Head(width, outputs)")


def expect_registered(solution: Solution, rng: Rng, start: str) -> None:
    for depth in some_depths(rng):
        state = drawn_net(rng, depth)
        model = build_net(solution, state)
        seen = saved_in(model), model.fetch_parameters()
        wanted = {name: weight for name, weight in state.items() if name.startswith(start)}
        for names, what in zip(seen, ("state_dict()", "parameters()"), strict=True):
            names = {name: value for name, value in names.items() if name.startswith(start[:5])}
            expect_names(names, wanted, f"{what} of Net with depth={depth}")
        if start == "gain":
            what = "the gain of a new Net should begin with ones, and is off"
            expect_equal(seen[1]["gain"], torch.ones(depth), what)


@check("blocks", "Every block is a part of the network", core=True, points=2, hint=2)
def blocks(solution: Solution, rng: Rng) -> None:
    expect_registered(solution, rng, "blocks")


@check("gain", "The gain is a parameter of the network", core=True, points=2, hint=2)
def check_gain(solution: Solution, rng: Rng) -> None:
    expect_registered(solution, rng, "gain")


@check("loaded", "A new network with loaded weights does what they say", core=True, hint=3)
def loaded(solution: Solution, rng: Rng) -> None:
    depth = rng.integer(2, 6)
    states = [drawn_net(rng, depth), drawn_net(rng, depth), drawn_net(rng, 1)]
    models = [load(build_net(solution, state), state) for state in states]
    given = [rng.normal(rng.integer(1, 9), len(state["scale.mean"])) for state in states]
    made = [model.call_there("", x) for model, x in zip(models, given, strict=True)]
    for seen, state, x in zip(solution.fetch_all(made), states, given, strict=True):
        what = "after load_state_dict in three networks, what one of them gives is off"
        exact = net(in_float64(state), x.double())
        expect_close(seen, net(state, x), what, exact=exact, factor=ROUNDING)


@check("gradients", "Every parameter of the network gets its gradient", core=True, hint=3)
def gradients(solution: Solution, rng: Rng) -> None:
    built = []
    for depth in some_depths(rng):
        state = drawn_net(rng, depth)
        model = load(build_net(solution, state), state)
        built.append((model, state, rng.normal(rng.integer(2, 9), len(state["scale.mean"]))))
    expect_part(solution, built, net, "Net")


@check("moves", "All of it follows to another dtype", core=True, hint=3)
def moves(solution: Solution, rng: Rng) -> None:
    for dtype in (torch.float64, torch.bfloat16):
        state = drawn_net(rng, rng.integer(2, 6))
        x = rng.normal(rng.integer(2, 9), len(state["scale.mean"])).to(dtype)
        model = load(build_net(solution, state), state)
        model.call_there("double" if dtype is torch.float64 else "bfloat16")
        seen, saved = model.call("", x), saved_in(model)
        cast = {name: weight.to(dtype) for name, weight in state.items()}
        when = "after .double()" if dtype is torch.float64 else "after .bfloat16()"
        expect_form(seen, net(cast, x), f"{when}, what it gives is off")
        if dtype is torch.float64:
            expect_close(seen, net(cast, x), f"{when}, what it gives is off")
        expect_names(saved, cast, f"{when}, state_dict()")
