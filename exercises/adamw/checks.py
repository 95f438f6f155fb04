from dataclasses import dataclass, field

import torch
from torch import Tensor

from bot.kit import (
    Generator,
    Remote,
    Rng,
    Solution,
    check,
    expect_close,
    expect_equal,
    expect_same,
)

ROUNDING = 64.0  # rounding errors allowed: any order of the same operations
DEFAULTS = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01}


@dataclass
class Run:
    """Some steps of one optimizer.

    Attributes:
        when: The case in a few words.
        values: The parameters at the start.
        grads: For each step, one gradient or None for each parameter.
        options: What the optimizer is given by name.
        groups: (numbers of its parameters, its own options) of each group; none: a plain list.
        later: Step -> (number of a group, options that it has from then on).
        late: How many of the groups come by `add_param_group`.
        hand_over: Makes the first argument of a list.
    """

    when: str
    values: list
    grads: list
    options: dict = field(default_factory=dict)
    groups: list = field(default_factory=list)
    later: dict = field(default_factory=dict)
    late: int = 0
    hand_over: type = list

    def right(self, dtype: torch.dtype | None = None) -> list[Tensor]:
        """The parameters afterwards."""
        values = [value.to(dtype or value.dtype).clone() for value in self.values]
        means = [(torch.zeros_like(value), torch.zeros_like(value)) for value in values]
        counts = [0] * len(values)
        groups = [(ps, {**DEFAULTS, **self.options, **own}) for ps, own in self.all_groups()]
        for step, grads in enumerate(self.grads):
            if step in self.later:
                groups[self.later[step][0]][1].update(self.later[step][1])
            for numbers, now in groups:
                for i in numbers:
                    if grads[i] is not None:
                        counts[i] += 1
                        grad = grads[i].to(values[i].dtype)
                        means[i] = tuple(
                            beta * mean + (1 - beta) * new
                            for beta, mean, new in zip(now["betas"], means[i], (grad, grad**2))
                        )
                        m, v = (
                            mean / (1 - beta ** counts[i])
                            for beta, mean in zip(now["betas"], means[i])
                        )
                        values[i] *= 1 - now["lr"] * now["weight_decay"]
                        values[i] -= now["lr"] * m / (v.sqrt() + now["eps"])
        return values

    def all_groups(self) -> list:
        return self.groups or [(range(len(self.values)), {})]

    def shown(self) -> dict:
        rest = {"groups": self.groups} if self.groups else {}
        return {**self.options, **rest, "parameters": self.values, "gradients": self.grads}


@dataclass
class Asked:
    """A run in the solver: its parameters and its optimizer."""

    parameters: list[Remote]
    optimizer: Remote

    def step(self, grads: list) -> Remote:
        for parameter, grad in zip(self.parameters, grads):
            parameter.call_there("__setattr__", "grad", grad)
        return self.optimizer.call_there("step")


def begun(solution: Solution, run: Run, values: list | None = None) -> Asked:
    """The optimizer of a run, which has not made a step."""
    parameters = solution.put_parameters(values or run.values)
    given, late = parameters, []
    if run.groups:
        given = [{"params": [parameters[i] for i in ps], **own} for ps, own in run.groups]
        given, late = given[: len(given) - run.late], given[len(given) - run.late :]
    made = solution.call_there("MyAdamW", run.hand_over(given), **run.options)
    for group in late:
        made.call_there("add_param_group", group)
    return Asked(parameters, made)


def carried_on(asked: Asked, run: Run, start: int = 0) -> list[Remote]:
    """Make the steps from `start` on; the parameters."""
    for step, grads in enumerate(run.grads):
        if step >= start:
            if step in run.later:
                number, options = run.later[step]
                group = asked.optimizer.get_there("param_groups").call_there("__getitem__", number)
                group.call_there("update", options)
            asked.step(grads)
    return asked.parameters


def expect_right(run: Run, seen: list) -> None:
    exacts = run.right(torch.float64)
    for i, (found, wanted, exact) in enumerate(zip(seen, run.right(), exacts)):
        steps = len(run.grads)
        what = f"{run.when}: after {steps} step{'s' * (steps > 1)}, parameter {i} is off"
        expect_close(found, wanted, what, exact=exact, factor=ROUNDING, example=run.shown())


def expect_runs(solution: Solution, runs: list[Run]) -> None:
    """Fail unless each run ends where it should; one message for all."""
    ends = [carried_on(begun(solution, run), run) for run in runs]
    seen = iter(solution.fetch_all(sum(ends, [])))
    for run in runs:
        expect_right(run, [next(seen) for _ in run.values])


# --- drawing ----------------------------------------------------------------------------------


def shapes(rng: Rng, count: int) -> list:
    return [tuple(rng.integer(1, 5) for _ in range(rng.integer(0, 4))) for _ in range(count)]


def gradient(rng: Rng, shape: tuple, size: float = 1.0, dtype=torch.float32) -> Tensor:
    """Of either sign, no element near 0, so that `eps` does not count unless it is large."""
    signs = rng.integers(0, 2, shape) * 2 - 1
    return (signs * rng.uniform(0.5, 2.0, shape, torch.float64) * size).to(dtype)


def options(rng: Rng, **own: object) -> dict:
    """All but `weight_decay` and `eps` drawn."""
    betas = (rng.number(0.3, 0.97), rng.number(0.6, 0.995))
    return {"lr": rng.magnitude(3e-3, 0.3), "betas": betas, "weight_decay": 0.0, **own}


def drawn(rng: Rng, when: str, steps: int, count: int = 2, dtype=torch.float32, **own) -> Run:
    """A run whose gradients have another size in each step."""
    sizes = shapes(rng, count)
    values = [rng.normal(*size, dtype=dtype) + 1.5 for size in sizes]
    scales = [rng.magnitude(0.3, 20) for _ in range(steps)]
    grads = [[gradient(rng, size, scale, dtype) for size in sizes] for scale in scales]
    return Run(when, values, grads, options(rng, **own))


def decay(rng: Rng) -> float:
    return rng.number(0.3, 2.5)


# --- the checks -------------------------------------------------------------------------------


@check("again", "Two optimizers that do the same end the same", core=True, points=0, hint=2)
def again(solution: Solution, rng: Rng) -> None:
    run, other = drawn(rng, "", rng.integer(2, 5)), drawn(rng, "", rng.integer(2, 5), count=1)
    ends = [carried_on(begun(solution, each), each) for each in (run, other, run)]
    first, again = solution.fetch_all(ends[0]), solution.fetch_all(ends[2])
    what = "a second optimizer, given the same, ends elsewhere: something is shared between them"
    for now, before, wanted in zip(again, first, run.right()):
        expect_same(now, before, what, wanted=wanted, example=run.shown())


@check(
    "first-step", "The first step has the size of lr, whatever the gradient's", core=True, hint=1
)
def first_step(solution: Solution, rng: Rng) -> None:
    expect_runs(solution, [drawn(rng, "without decay", 1, rng.integer(1, 4)) for _ in range(3)])


@check("moments", "Later steps follow the two running means", core=True, points=2, hint=2)
def moments(solution: Solution, rng: Rng) -> None:
    forgets = {"betas": (0.0, rng.number(0.5, 0.9))}
    runs = [drawn(rng, "without decay", rng.integer(2, 5)) for _ in range(2)]
    runs.append(drawn(rng, "without decay", rng.integer(2, 5), **forgets))
    runs.append(drawn(rng, "without decay", rng.integer(20, 50), count=1))
    expect_runs(solution, runs)


@check("eps", "eps is added to the root of the corrected mean square", core=True, hint=1)
def eps(solution: Solution, rng: Rng) -> None:
    runs = [
        drawn(rng, "with an eps that counts", rng.integer(1, 5), eps=rng.magnitude(0.05, 5)),
        drawn(rng, "with an eps that counts", 1, eps=rng.magnitude(0.05, 5)),
    ]
    tiny = drawn(rng, "with gradients as small as eps", rng.integer(1, 5))
    tiny.grads = [[grad * rng.magnitude(1e-10, 1e-8) for grad in grads] for grads in tiny.grads]
    zero = drawn(rng, "with gradients of 0", rng.integer(1, 5))
    zero.grads = [[grad * 0 for grad in grads] for grads in zero.grads]
    expect_runs(solution, [*runs, tiny, zero])


@check("dtype", "float64 parameters get all in float64", core=True, hint=2)
def dtype(solution: Solution, rng: Rng) -> None:
    expect_runs(solution, [drawn(rng, "in float64", rng.integer(2, 9), dtype=torch.float64)])


@check(
    "decay", "The decay shrinks the parameter first, and nothing else", core=True, points=2, hint=1
)
def decays(solution: Solution, rng: Rng) -> None:
    runs = [
        drawn(rng, "with weight_decay", steps, lr=rng.number(0.1, 0.3), weight_decay=decay(rng))
        for steps in (1, rng.integer(2, 5), rng.integer(5, 12))
    ]
    zero = drawn(rng, "with weight_decay and gradients of 0", rng.integer(2, 6))
    zero.grads = [[grad * 0 for grad in grads] for grads in zero.grads]
    zero.options["weight_decay"] = decay(rng)
    expect_runs(solution, [zero, *runs])


@check(
    "no-gradient",
    "A parameter without a gradient waits, and counts its own steps",
    core=True,
    hint=2,
)
def no_gradient(solution: Solution, rng: Rng) -> None:
    runs = []
    for first in (True, False):
        when = "a parameter without a gradient in some steps"
        run = drawn(rng, when, rng.integer(4, 9), 3, weight_decay=decay(rng))
        never, late = (0, rng.integer(1, 3)) if first else (2, rng.integer(0, 2))
        gap = 0 if first else rng.integer(1, len(run.grads) - 2)
        for grads in run.grads[gap : gap + rng.integer(1, 3)]:
            grads[late] = None
        for grads in run.grads:
            grads[never] = None
        runs.append(run)
        asked = begun(solution, run)
        asked.step(run.grads[0])
        seen = asked.parameters[never].fetch()
        what = "after a step without a gradient, a parameter is not what it was"
        expect_equal(seen, run.values[never], what, example=run.shown())
    expect_runs(solution, runs)


@check("groups", "Each group has its own options, read at each step", core=True, points=2, hint=2)
def groups(solution: Solution, rng: Rng) -> None:
    keys = ["lr", "betas", "eps", "weight_decay"]
    runs = []
    for key in rng.shuffled(keys):
        runs.append(grouped(rng, f"with a group that has its own {key}", [key]))
    runs.append(grouped(rng, "with groups of their own options", keys, rng.integer(3, 5)))
    runs.append(grouped(rng, "with a group that was added later", keys))
    runs[-1].late = 1
    for key in keys:
        run = grouped(rng, f"with another {key} from one step on", keys)
        run.later = {rng.integer(1, len(run.grads)): (rng.integer(0, 2), own(rng, [key]))}
        runs.append(run)
    expect_runs(solution, runs)


def grouped(rng: Rng, when: str, keys: list, count: int = 2) -> Run:
    """Each group but the first, which has the defaults, has these options of its own."""
    every = own(rng, ["lr", "betas", "eps", "weight_decay"])
    run = drawn(rng, when, rng.integer(2, 5), count=count + 1, **every)
    order = rng.shuffled(list(range(count + 1)))
    parts = [order[:2], *([number] for number in order[2:])]
    run.groups = [(part, own(rng, keys) if i else {}) for i, part in enumerate(parts)]
    return run


def own(rng: Rng, keys: list) -> dict:
    betas = (rng.number(0.1, 0.95), rng.number(0.3, 0.99))
    drawn = {"lr": rng.number(0.02, 0.3), "eps": rng.number(0.1, 3), "weight_decay": decay(rng)}
    return {key: {**drawn, "betas": betas}[key] for key in keys}


@check("in-place", "The parameter changes in place, and the gradient stays", core=True, hint=3)
def in_place(solution: Solution, rng: Rng) -> None:
    run = drawn(rng, "seen through a view", rng.integer(2, 5), weight_decay=decay(rng))
    asked = begun(solution, run)
    views = [parameter.call_there("detach") for parameter in asked.parameters]
    grads = []
    for step in run.grads:
        asked.step(step)
        grads += [parameter.get_there("grad") for parameter in asked.parameters]
    seen = solution.fetch_all([*views, *grads])
    for found, grad in zip(seen[len(views) :], sum(run.grads, [])):
        expect_equal(found, grad, "after a step, `.grad` is not what it was", example=run.shown())
    expect_right(run, seen[: len(views)])


@check("state", "A loaded state_dict continues exactly", core=True, hint=2)
def state(solution: Solution, rng: Rng) -> None:
    for dtype in (torch.float32, torch.float64):
        run = grouped(rng, "continued by a new optimizer with the loaded state_dict", ["lr"])
        run.values = [value.to(dtype) for value in run.values]
        run.grads = [[grad.to(dtype) for grad in grads] for grads in run.grads]
        run.grads[0][rng.integer(0, 3)] = None
        old, stop = begun(solution, run), rng.integer(1, len(run.grads))
        for grads in run.grads[:stop]:
            old.step(grads)
        new = begun(solution, run, solution.fetch_all(old.parameters))
        new.optimizer.call_there("load_state_dict", old.optimizer.call_there("state_dict"))
        expect_right(run, solution.fetch_all(carried_on(new, run, stop)))


@check("signature", "Names and defaults are those of the signature", core=True, hint=3)
def signature(solution: Solution, rng: Rng) -> None:
    values, grads = [torch.tensor([1.0, 2.0])], [[torch.tensor([3.0, -0.2])]]
    grads.append([torch.tensor([0.0, -0.2])])
    example = {"lr": 0.1, "weight_decay": 0.5}
    runs = [Run("in the example of the task", values, grads, example)]
    for given in ({}, {"lr": rng.number(0.05, 0.3)}, options(rng, weight_decay=decay(rng))):
        when, count = f"with {', '.join(given) or 'no option'} given", rng.integer(3, 6)
        run = drawn(rng, when, count, dtype=torch.float64)
        run.options = given
        runs.append(run)
    runs[-1].hand_over = Generator
    runs[-1].when = "with parameters from a generator"
    expect_runs(solution, runs)
    run = drawn(rng, "", 1)
    seen = begun(solution, run).step(run.grads[0]).fetch()
    expect_equal(seen, None, "what step() returns is off")


@check("closure", "step(closure) calls it first and returns its result", core=False, hint=3)
def closure(solution: Solution, rng: Rng) -> None:
    run = drawn(rng, "with a closure that fills .grad", 1, 1)
    asked = begun(solution, run)
    (parameter,) = asked.parameters
    loss = parameter.call_there("mul", run.grads[0][0]).call_there("sum")
    asked.optimizer.call_there("step", loss.get_there("backward"))
    expect_right(run, [parameter.fetch()])
    number = rng.number(-9, 9)
    given = solution.put_tensor(torch.tensor(number, dtype=torch.float64)).get_there("item")
    seen = asked.optimizer.call("step", closure=given)
    expect_equal(seen, number, "step(closure) does not return what the closure returned")
    parameter.call_there("__setattr__", "grad", None)
    asked.optimizer.call_there("step", parameter.get_there("sum")).call_there("backward")
    ones = torch.ones_like(run.values[0])
    expect_equal(parameter.get("grad"), ones, "the closure ran without gradients")
