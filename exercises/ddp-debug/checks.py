from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.kit import Rng, Solution, check, expect, expect_close, expect_equal, expect_number

SIX_DIGITS = 1e-6 / 2.2e-16
ROWS = 64  # that two generators flip all of them alike happens once in 2^64


@dataclass
class Run:
    """One call of `train` on every rank; `states` has the model of each rank at the start."""

    when: str
    sizes: tuple
    momentum: float
    states: list
    data: tuple
    options: dict

    @property
    def world(self) -> int:
        return len(self.states)

    def model(self) -> nn.Module:
        layers = nn.Linear(*self.sizes[:2]), nn.BatchNorm1d(self.sizes[1], momentum=self.momentum)
        return nn.Sequential(*layers, nn.Tanh(), nn.Linear(*self.sizes[1:])).double()

    def right(self, batches: list) -> tuple[list, dict]:
        """What training has to give on batches[epoch][step][rank]: losses, and the last state."""
        models = [self.model() for _ in self.states]
        for model in models:
            model.load_state_dict(self.states[0])
        options = {"lr": self.options["lr"], "momentum": 0.9}
        optimizers = [torch.optim.SGD(model.parameters(), **options) for model in models]
        history = []
        for epoch in batches:
            losses = []
            for step in epoch:
                for model, (x, y) in zip(models, step):
                    loss = functional.mse_loss(model(x), y)
                    loss.backward()
                    losses.append(loss.item())
                for same in zip(*(model.parameters() for model in models)):
                    mean = sum(p.grad for p in same) / self.world
                    for p in same:
                        p.grad = mean.clone()
                for optimizer in optimizers:
                    optimizer.step()
                    optimizer.zero_grad()
            history.append(sum(losses) / len(losses))
        states = [model.state_dict() for model in models]
        mean = {name: sum(state[name] for state in states) / self.world for name in states[0]}
        return history, mean

    def shown(self) -> dict:
        return {"world_size": self.world, "rows": len(self.data[0]), **self.options}


def drawn(rng: Rng, when: str, *, world: int = 2, alike: bool = False, steps: int = 0) -> Run:
    sizes = rng.integer(1, 5), rng.integer(2, 6), rng.integer(1, 4)
    momentum = rng.number(0.1, 0.6)
    batch = rng.integer(3, 8)
    rows = world * batch * (steps or rng.integer(2, 4))
    run = Run(when, sizes, momentum, [], (), {})
    states = [
        {
            name: rng.uniform(0.3, 1.5, value.shape).to(value.dtype)
            for name, value in run.model().state_dict().items()
        }
        for _ in range(world)
    ]
    x, y = (rng.normal(rows, size, dtype=torch.float64) for size in (sizes[0], sizes[2]))
    options = {
        "epochs": rng.integer(2, 4),
        "batch_size": batch,
        "seed": rng.integer(0, 1000),
        "lr": rng.number(0.02, 0.1),
    }
    states = states[:1] * world if alike else states
    return replace(run, states=states, data=(x + 1, y), options=options)


def trained(solution: Solution, run: Run) -> tuple[list, tuple]:
    """What each rank ended with, and what is right for the batches that the solution makes."""
    case = {"sizes": run.sizes, "momentum": run.momentum, "data": run.data, "options": run.options}
    ranks = [[{**case, "state": state}] for state in run.states]
    functions = {"train": solution.get_there("train")}
    seen = solution.harness.call_there("run", functions, ranks)
    right = run.right(batches_of(solution, run))
    return [result for (result,) in seen.fetch()], right


def batches_of(solution: Solution, run: Run) -> list:
    """The flipped batches by the learner's own `shard` and `flip_generator`."""
    epochs, size = range(run.options["epochs"]), run.options["batch_size"]
    seed, (x, y) = run.options["seed"], run.data
    places = [(epoch, rank) for epoch in epochs for rank in range(run.world)]
    asked = [
        solution.call_there("shard", len(x), epoch, seed, rank, run.world) for epoch, rank in places
    ]
    shards = {}
    for place, rows in zip(places, solution.fetch_all(asked)):
        shards[place] = require_rows(rows, len(x), run.world)
    flipped = []
    for epoch, rank in places:
        generator = solution.call_there("flip_generator", seed, epoch, rank)
        for rows in shards[epoch, rank].split(size):
            flipped.append(solution.call_there("flip", x[rows], generator))
    seen = iter(solution.fetch_all(flipped))
    made = {
        place: [
            (require_flipped(next(seen), x[rows]), y[rows]) for rows in shards[place].split(size)
        ]
        for place in places
    }
    return [list(zip(*(made[epoch, rank] for rank in range(run.world)))) for epoch in epochs]


def require_rows(rows: object, count: int, world: int) -> Tensor:
    good = (
        isinstance(rows, Tensor) and rows.dtype == torch.int64 and rows.shape == (count // world,)
    )
    expect(good, f"shard of {count} rows for {world} ranks is {rows!r:.80}: an int64 tensor is due")
    expect(
        bool(((rows >= 0) & (rows < count)).all()), f"shard has rows beyond {count}: {rows!r:.80}"
    )
    return rows


def require_flipped(seen: object, x: Tensor) -> Tensor:
    good = isinstance(seen, Tensor) and seen.shape == x.shape and torch.equal(seen.abs(), x.abs())
    expect(good, f"flip changes more than signs: {seen!r:.80}", example=x)
    signs = (seen == x).all(dim=1) | (seen == -x).all(dim=1)
    expect(bool(signs.all()), f"flip changes a part of a row: {seen!r:.80}", example=x)
    return seen


def expect_state(run: Run, seen: list, right: dict, names: tuple, what: str = "") -> None:
    for rank, result in enumerate(seen):
        for name in names:
            where = f"{run.when}, `{name}` of rank {rank} of {run.world} is {what or 'off'}"
            near(result["state"][name], right[name], where, run)


def expect_weights(run: Run, seen: list, right: dict) -> None:
    names = ("0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias")
    expect_state(run, seen, right, names)


def expect_statistics(run: Run, seen: list, right: dict) -> None:
    names = ("1.running_mean", "1.running_var")
    expect_state(run, seen, right, names, "not the mean of the ranks'")


def expect_losses(run: Run, seen: list, right: list) -> None:
    for rank, result in enumerate(seen):
        history = result["history"]
        good = isinstance(history, list) and len(history) == len(right)
        expect(good, f"train returns {history!r:.80}, should be a list of {len(right)} floats")
        for epoch, (loss, wanted) in enumerate(zip(history, right)):
            what = f"{run.when}, the loss of epoch {epoch + 1} on rank {rank} of {run.world} is off"
            expect_number(loss, wanted, what, factor=SIX_DIGITS, example=run.shown())


def near(seen: object, wanted: Tensor, message: str, run: Run) -> None:
    expect_close(seen, wanted, message, factor=SIX_DIGITS, example=run.shown())


@check("partition", "In one epoch every row belongs to one rank", core=True, points=0, hint=1)
def partition(solution: Solution, rng: Rng) -> None:
    for world in (1, 2, rng.integer(3, 9)):
        count, epoch, seed = world * rng.integer(5, 30), rng.integer(0, 50), rng.integer(0, 10**6)
        asked = [(count, epoch, seed, rank, world) for rank in range(world)] * 2
        seen = solution.fetch_all([solution.call_there("shard", *each) for each in asked])
        for rows in seen:
            require_rows(rows, count, world)
        for each, first, again in zip(asked, seen[:world], seen[world:]):
            expect_equal(again, first, f"shard{each}, called again, gives other rows")
        rows = torch.cat(seen[:world]).sort().values
        what = f"the rows of all {world} ranks in epoch {epoch} are not every row once"
        expect_equal(rows, torch.arange(count), what)


@check("epochs", "Each epoch and each seed gives a rank other rows", core=True, points=2, hint=1)
def epochs(solution: Solution, rng: Rng) -> None:
    world, epoch, seed = rng.integer(2, 5), rng.integer(0, 50), rng.integer(0, 10**6)
    count, rank = world * rng.integer(20, 40), rng.integer(0, world)
    others = {
        "another epoch": (epoch + 1, seed),
        "an epoch much later": (epoch + world * rng.integer(1, 200), seed),
        "another seed": (epoch, seed + 1),
        "a seed much higher": (epoch, seed + rng.integer(2, 10**6)),
    }
    asked = [(epoch, seed), *others.values()]
    calls = [solution.call_there("shard", count, *each, rank, world) for each in asked]
    first, *rest = (require_rows(rows, count, world) for rows in solution.fetch_all(calls))
    for what, rows in zip(others, rest):
        case = f"rank {rank} of {world}: {what} than epoch={epoch}, seed={seed}"
        expect(not torch.equal(rows, first), f"{case} gives the same order", example=first)
        same = torch.equal(rows.sort().values, first.sort().values)
        expect(not same, f"{case} gives the same rows in another order", example=first)


@check("flips", "Each rank flips in its own way, in each epoch anew", core=True, points=2, hint=2)
def flips(solution: Solution, rng: Rng) -> None:
    seed, x = rng.integer(0, 10**6), torch.ones(ROWS, 1)
    places = {(seed, 0, rank) for rank in range(101)} | {(seed, epoch, 0) for epoch in range(101)}
    places |= {(seed, *(rng.integer(1, 101) for _ in "er")) for _ in range(20)}
    places |= {(seed, rank, epoch) for seed, epoch, rank in places}
    places |= {
        (seed + more, *rng.choice([(0, 0), (0, 1), (1, 0)])) for more in (1, 2, 10, 100, 1000)
    }
    places = [(seed, 0, 0), *sorted(places - {(seed, 0, 0)})]
    twice = rng.choice(places)
    made = [solution.call_there("flip_generator", *place) for place in [*places, twice]]
    *seen, again = solution.fetch_all([solution.call_there("flip", x, each) for each in made])
    what = "the same seed, epoch and rank flip other rows in a second call"
    expect_equal(again, seen[places.index(twice)], what)
    flipped = {}
    for place, values in zip(places, seen):
        signs = tuple(require_flipped(values, x)[:, 0].tolist())
        other = flipped.setdefault(signs, place)
        both = ["seed={}, epoch={}, rank={}".format(*each) for each in (place, other)]
        expect(other == place, f"{both[0]} flips the same rows as {both[1]}")
    share = sum(sum(sign < 0 for sign in signs) for signs in flipped) / ROWS / len(flipped)
    expect(0.35 < share < 0.65, f"{share:.0%} of the rows change their sign, should be about half")


@check("gradients", "Ranks that begin alike stay alike", core=True, points=0, hint=3)
def gradients(solution: Solution, rng: Rng) -> None:
    run = drawn(rng, "where all ranks come with the same weights", alike=True)
    seen, (_, state) = trained(solution, run)
    expect_weights(run, seen, state)


@check("start", "All ranks begin with the model of rank 0", core=True, points=2, hint=3)
def start(solution: Solution, rng: Rng) -> None:
    run = drawn(rng, "where each rank comes with other weights")
    seen, (_, state) = trained(solution, run)
    expect_weights(run, seen, state)


@check("loss", "The loss is the mean over all ranks", core=True, points=2, hint=2)
def loss(solution: Solution, rng: Rng) -> None:
    run = drawn(rng, "where all ranks come with the same weights", alike=True)
    seen, (history, _) = trained(solution, run)
    expect_losses(run, seen, history)


@check(
    "statistics", "Running statistics end as the mean of the ranks'", core=True, points=2, hint=3
)
def statistics(solution: Solution, rng: Rng) -> None:
    run = drawn(rng, "where all ranks come with the same model", alike=True)
    seen, (_, state) = trained(solution, run)
    expect_statistics(run, seen, state)


@check("together", "All of it holds in a world of another size", core=True, points=2, hint=3)
def together(solution: Solution, rng: Rng) -> None:
    for world in (1, rng.integer(3, 5)):
        run = drawn(rng, f"in a world of {world}", world=world)
        seen, (history, state) = trained(solution, run)
        expect_weights(run, seen, state)
        expect_losses(run, seen, history)
        expect_statistics(run, seen, state)
