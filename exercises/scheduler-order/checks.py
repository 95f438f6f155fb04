from dataclasses import dataclass, field

import torch
from torch import Tensor

import bot.kit as kit
from bot.kit import Generator, Remote, Rng, Solution, check, expect, expect_close, expect_form


@dataclass
class Plan:
    """The settings of a run, and the batches of its epochs."""

    settings: dict
    epochs: list
    momentum: float = 0.0
    places: list = field(default_factory=list)  # which weight each step alone moves, if it does

    def start(self, solution: Solution) -> Remote:
        momentum = {"momentum": self.momentum} if self.momentum else {}
        return solution.call_there("Run", **self.settings, **momentum)

    def rates(self) -> list[list[float]]:
        """The right learning rate of each step, by epochs."""
        base, warmup = self.settings["lr"], self.settings["warmup"]
        found, done = [], 0
        for number, batches in enumerate(self.epochs):
            level = base * self.settings["gamma"] ** (number // self.settings["every"])
            steps = range(done + 1, done + len(batches) + 1)
            found.append([level * min(step, warmup) / warmup for step in steps])
            done += len(batches)
        return found

    def weights(self, dtype: torch.dtype = torch.float32) -> Tensor:
        """The right weights at the end: shape (1, features)."""
        weight = torch.zeros(self.settings["features"], dtype=dtype)
        speed = torch.zeros_like(weight)
        for batches, used in zip(self.epochs, self.rates(), strict=True):
            for (x, y), rate in zip(batches, used, strict=True):
                x, y = x.to(dtype), y.to(dtype)
                speed = self.momentum * speed + 2 / len(y) * x.T @ (x @ weight - y)
                weight = weight - rate * speed
        return weight[None]

    def seen_rates(self, weight: object) -> list[tuple[str, float]]:
        """The learning rate that each step had, by the weights, and which step it is."""
        expect_form(weight, self.weights(), "`run.model.weight` is off", example=self.shown())
        places, found = iter(self.places), []
        for epoch, batches in enumerate(self.epochs, 1):
            for step, (x, y) in enumerate(batches, 1):
                place = next(places)
                pull = 2 / len(y) * float(x[:, place].double() @ y.double())
                found.append(
                    (f"step {step} of epoch {epoch}", float(weight[0, place]) / pull + 0.0)
                )
        return found

    def shown(self) -> dict:
        return {**self.settings, "momentum": self.momentum, "batches": list(map(len, self.epochs))}


def single(rng: Rng, counts: list[int], warmup: int, every: int) -> Plan:
    """A plan in which each step alone moves one weight."""
    features = sum(counts)
    places = rng.permutation(features).tolist()
    batches = iter([one_feature(rng, features, place) for place in places])
    epochs = [[next(batches) for _ in range(count)] for count in counts]
    return Plan(drawn_settings(rng, features, warmup, every), epochs, places=places)


def one_feature(rng: Rng, features: int, place: int) -> tuple[Tensor, Tensor]:
    x = torch.zeros(rng.integer(1, 5), features)
    x[:, place] = rng.uniform(0.5, 2, (len(x),))
    return x, torch.full((len(x),), rng.number(0.5, 2) * rng.choice([-1, 1]))


def several(rng: Rng, counts: list[int]) -> Plan:
    """A plan with momentum, and batches that all weights learn from."""
    features, every = rng.integer(2, 7), rng.integer(1, 4)
    settings = drawn_settings(rng, features, rng.integer(2, sum(counts) + 3), every)
    settings["lr"] /= max(1.0, settings["gamma"]) ** (len(counts) // every)
    return Plan(settings, [dense(rng, features, n) for n in counts], momentum=rng.number(0.3, 0.9))


def dense(rng: Rng, features: int, count: int) -> list:
    rows = [rng.integer(1, 9) for _ in range(count)]
    return [(rng.normal(n, features) / features**0.5, rng.normal(n)) for n in rows]


def drawn_settings(rng: Rng, features: int, warmup: int, every: int) -> dict:
    gamma = rng.choice([rng.number(0.3, 0.8), rng.number(1.2, 1.8)])
    lr = rng.magnitude(0.002, 0.1)
    return {"features": features, "lr": lr, "warmup": warmup, "every": every, "gamma": gamma}


def drawn_counts(rng: Rng, epochs: int) -> list[int]:
    return [rng.integer(2, 5) for _ in range(epochs)]


def train(run: Remote, epochs: list) -> list[Remote]:
    return [run.call_there("epoch", Generator(batches)) for batches in epochs]


def weight_of(run: Remote) -> Remote:
    """The weights as they are now."""
    return run.get_there("model.weight").call_there("clone")


def weights_after(solution: Solution, plans: list[Plan]) -> list:
    runs = [plan.start(solution) for plan in plans]
    for run, plan in zip(runs, plans, strict=True):
        train(run, plan.epochs)
    return solution.fetch_all([weight_of(run) for run in runs])


def expect_same(seen: object, first: object, message: str, plan: Plan) -> None:
    kit.expect_same(seen, first, message, wanted=plan.weights(), example=plan.shown())


@check("same", "Two runs with the same batches give the same weights", core=True, points=0, hint=2)
def same(solution: Solution, rng: Rng) -> None:
    plan = several(rng, drawn_counts(rng, 3))
    one, two = weights_after(solution, [plan, plan])
    expect_same(
        two, one, "two runs with the same arguments and batches end with other weights", plan
    )


def expect_rates(solution: Solution, plans: list[Plan], setting: str) -> None:
    for plan, weight in zip(plans, weights_after(solution, plans), strict=True):
        right = [rate for rates in plan.rates() for rate in rates]
        for (step, was), wanted in zip(plan.seen_rates(weight), right, strict=True):
            what = f"{step} had a learning rate of {was:.4g} by the weights, should be {wanted:.4g}"
            what += f"; `{setting}` is {plan.settings[setting]}"
            expect(abs(was - wanted) <= 1e-4 * wanted, what, example=plan.shown())
        expect_close(weight, plan.weights(), "weights are off", exact=plan.weights(torch.float64))


@check("warm-up", "The learning rate rises from the first step on", core=True, hint=2)
def warm_up(solution: Solution, rng: Rng) -> None:
    warmups = [rng.integer(2, 6), rng.integer(15, 60), 1]
    counts = [rng.integer(6, 12), rng.integer(20, 35), rng.integer(2, 6)]
    plans = [single(rng, [n], warmup, 50) for n, warmup in zip(counts, warmups, strict=True)]
    expect_rates(solution, plans, "warmup")


@check("falls", "The learning rate falls after every so many epochs", core=True, hint=2)
def falls(solution: Solution, rng: Rng) -> None:
    plans = [single(rng, drawn_counts(rng, 3 * n), 1, n) for n in (1, rng.integer(2, 4))]
    long = rng.integer(5, 12)
    plans.append(single(rng, [1] * rng.integer(2 * long + 1, 3 * long), 1, long))
    expect_rates(solution, plans, "every")


@check("both", "The rise goes on over epochs, and the falls count at once", core=True, hint=2)
def both(solution: Solution, rng: Rng) -> None:
    counts = drawn_counts(rng, 6)
    warmup = sum(counts[: rng.integer(3, 6)])
    expect_rates(solution, [single(rng, counts, warmup, rng.integer(1, 3))], "warmup")


@check("log", "`epoch` returns the learning rates that its steps had", core=True, hint=2)
def log(solution: Solution, rng: Rng) -> None:
    every = rng.integer(1, 3)
    plan = single(rng, drawn_counts(rng, 2 * every + 1), rng.integer(3, 9), every)
    run = plan.start(solution)
    *told, weight = solution.fetch_all([*train(run, plan.epochs), weight_of(run)])
    had = iter(plan.seen_rates(weight))
    for rates, batches in zip(told, plan.epochs, strict=True):
        what = f"`epoch` should return a list of {len(batches)} numbers, one for each step"
        expect(isinstance(rates, list) and len(rates) == len(batches), what, example=plan.shown())
        for rate, (step, was) in zip(rates, had, strict=False):
            seen = kit.render_value(rate)
            what = (
                f"`epoch` returned {seen} for {step}, but that step had {was:.6g}, by the weights"
            )
            near = isinstance(rate, float) and was != 0 and abs(rate - was) <= 1e-5 * abs(was)
            expect(near, what, example=plan.shown())


@check(
    "validation",
    "`validate` returns the error and changes nothing",
    core=True,
    hint=2,
)
def validation(solution: Solution, rng: Rng) -> None:
    plan = several(rng, drawn_counts(rng, 3))
    features, every = plan.settings["features"], plan.settings["every"]
    held_out = dense(rng, features, rng.integer(2, 5))
    held_out += dense(rng, features, 1) + [(rng.normal(10, features), rng.normal(10))]
    run, twin = plan.start(solution), plan.start(solution)
    told, before = [], []
    for batches in plan.epochs:
        before += [weight_of(run) for _ in range(every)]
        told += [run.call_there("validate", Generator(held_out)) for _ in range(every)]
        train(run, [batches])
        train(twin, [batches])
    *found, ended, other = solution.fetch_all([*told, *before, weight_of(run), weight_of(twin)])
    x, y = (torch.cat(parts) for parts in zip(*held_out, strict=True))
    for loss, weight in zip(found[: len(told)], found[len(told) :], strict=True):
        expect_form(weight, plan.weights(), "`run.model.weight` is off")
        expect(isinstance(loss, float), f"`validate` returned {kit.render_value(loss)}, no float")
        exact = (x.double() @ weight[0].double() - y.double()).square().mean()
        what = "`validate` is not the mean squared error over all rows of all batches"
        expect_close(torch.tensor(loss), exact.float(), what, exact=exact, example=held_out)
    what = "with calls of `validate` between the epochs the weights come out otherwise than without"
    expect_same(ended, other, what, plan)


@check("resume", "A run goes on from a state as if it had not been interrupted", core=True, hint=3)
def resume(solution: Solution, rng: Rng) -> None:
    counts, every = drawn_counts(rng, 7), rng.integer(2, 4)
    cut = rng.choice([number for number in (2, 3, 4, 5) if number % every])
    plan = several(rng, counts)
    plan.settings |= {"warmup": sum(counts[:cut]) + rng.integer(2, 9), "every": every}
    unbroken, first, second = [plan.start(solution) for _ in range(3)]
    train(unbroken, plan.epochs)
    train(first, plan.epochs[:cut])
    asked = [weight_of(unbroken), weight_of(first)]
    states = [first.call_there("state") for _ in range(2)]
    train(first, plan.epochs[: rng.integer(1, 4)])  # a copy does not change by this
    for run, state in zip((second, first), states, strict=True):
        run.call_there("load", state)
        asked.append(weight_of(run))
        train(run, plan.epochs[cut:])
        asked.append(weight_of(run))
    ended, kept, *found = solution.fetch_all(asked)
    expect_form(ended, plan.weights(), "`run.model.weight` is off")
    expect(bool((ended != 0).all()), "an epoch does not change the weights")
    for place, where in enumerate(("a new run", "the same run")):
        after = f"after {cut} epochs, `state`, and `load` into {where},"
        begun, again = found[2 * place : 2 * place + 2]
        kit.expect_equal(begun, kept, f"{after} the weights are not those of then")
        what = f"{after} the other epochs lead to other weights than without the break"
        expect_same(again, ended, what, plan)


@check("whole", "A whole run ends with the right weights", core=True, points=2, hint=3)
def whole(solution: Solution, rng: Rng) -> None:
    plan = several(rng, drawn_counts(rng, rng.integer(5, 9)))
    run, again = plan.start(solution), plan.start(solution)
    told = train(run, plan.epochs[:2])
    run.call_there("validate", plan.epochs[0])
    again.call_there("load", run.call_there("state"))
    told += train(again, plan.epochs[2:])
    *told, weight = solution.fetch_all([*told, weight_of(again)])
    what = "the learning rates that `epoch` returned are off"
    # Schedulers multiply a learning rate step by step, with a rounding error each time.
    kit.expect_alike(told, plan.rates(), what, factor=4096, example=plan.shown())
    what, exact = "after a validation and a break, the weights are off", plan.weights(torch.float64)
    expect_close(weight, plan.weights(), what, exact=exact, factor=64, example=plan.shown())
