import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.kit import Rng, Solution, check, expect, expect_close, expect_equal

SIX_DIGITS = 1e-6 / 2.2e-16
FUNCTIONS = ("shard", "broadcast_params", "average_gradients")


def run(solution: Solution, cases: list) -> list:
    """For each case what each rank has afterwards. A case has one dict for each rank."""
    functions = {name: solution.get_there(name) for name in FUNCTIONS}
    ranks = [list(own) for own in zip(*cases)]
    seen = solution.harness.call("run", functions, ranks)
    return list(zip(*seen))


def shown(case: list) -> dict:
    hidden = ("do", "values", "data", "state")
    return {
        f"rank {rank}": {key: part for key, part in own.items() if key not in hidden}
        for rank, own in enumerate(case)
    }


def near(seen: object, wanted: Tensor, message: str, case: list) -> None:
    expect_close(seen, wanted, message, factor=SIX_DIGITS, example=shown(case))


def shapes(rng: Rng, count: int) -> list:
    return [tuple(rng.integer(1, 5) for _ in range(rng.integer(0, 3))) for _ in range(count)]


def tensors(rng: Rng, sizes: list) -> list:
    return [rng.normal(*size, dtype=torch.float64) for size in sizes]


def averaged(rng: Rng, rows: list, missing: dict | None = None) -> list:
    """A case of `average_gradients`: `missing` has the ranks that lack it, by parameter."""
    sizes = shapes(rng, rng.integer(3, 6))
    values = tensors(rng, sizes)
    case = []
    for rank, count in enumerate(rows):
        grads = tensors(rng, sizes)
        for number, ranks in (missing or {}).items():
            if rank in ranks:
                grads[number] = None
        case.append(
            {"do": "average", "values": values, "frozen": [], "grads": grads, "rows": count}
        )
    return case


def right_grad(case: list, number: int) -> Tensor | None:
    pairs = [(own["grads"][number], own["rows"]) for own in case]
    if all(grad is None for grad, _ in pairs):
        return None
    total = torch.zeros_like(case[0]["values"][number])
    for grad, rows in pairs:
        total += rows * grad if grad is not None and rows else 0.0
    return total / sum(rows for _, rows in pairs)


def expect_averaged(solution: Solution, cases: dict) -> None:
    for (when, case), ranks in zip(cases.items(), run(solution, list(cases.values()))):
        require_averaged(when, case, ranks)


def require_averaged(when: str, case: list, ranks: list) -> None:
    for rank, seen in enumerate(ranks):
        where = f"{when}, on rank {rank} of {len(case)}"
        for number, grad in enumerate(seen["grads"]):
            right = right_grad(case, number)
            if right is None:
                what = f"{where}, a gradient that is None on all ranks is {grad!r:.60}"
                expect(grad is None, what, example=shown(case))
            else:
                near(grad, right, f"{where}, gradient {number} is off", case)
        for value, right in zip(seen["values"], case[rank]["values"]):
            expect_equal(value, right, f"{where}, a parameter has changed", example=shown(case))


def several_rows(rng: Rng, world: int) -> list:
    """Unequal numbers of rows, none of them 0."""
    return rng.shuffled([rng.integer(1, 4), *(rng.integer(5, 60) for _ in range(world - 1))])


@check("shard", "Every row belongs to one rank", core=True, hint=1)
def shards(solution: Solution, rng: Rng) -> None:
    worlds = [1, 2, rng.integer(3, 9), rng.integer(9, 40)]
    asked = []
    for world in worlds:
        for count in (rng.integer(1, 40) * world, rng.integer(41, 400), rng.integer(0, world)):
            asked += [(count, rank, world) for rank in {0, world - 1, rng.integer(0, world)}]
    asked.append(asked[0])
    seen = solution.fetch_all([solution.call_there("shard", *each) for each in asked])
    for each, rows in zip(asked, seen):
        what = f"shard{each}"
        expect(isinstance(rows, list), f"{what} is not a list: {rows!r:.60}")
        right = [row for row in range(each[0]) if row % each[2] == each[1]]
        expect_equal(len(rows), len(right), f"the number of rows of {what} is off", example=rows)
        begin = f"it begins with {rows[:4]}, should begin with {right[:4]}"
        expect(rows == right, f"{what} has other rows: {begin}", example=rows)
        expect_equal(rows, right, f"{what} has other things than ints: {rows!r:.60}")


def broadcast_case(rng: Rng, world: int, frozen: bool, kinds: list) -> list:
    sizes = shapes(rng, rng.integer(2, 5))
    still = [rng.integer(0, len(sizes))] if frozen else []
    own = shapes(rng, len(kinds))
    return [
        {
            "do": "broadcast",
            "values": tensors(rng, sizes),
            "frozen": still,
            "buffers": [(rng.normal(*size) * 100).to(kind) for size, kind in zip(own, kinds)],
        }
        for _ in range(world)
    ]


def expect_broadcast(solution: Solution, cases: dict) -> None:
    for (when, case), ranks in zip(cases.items(), run(solution, list(cases.values()))):
        require_broadcast(when, case, ranks)


def require_broadcast(when: str, case: list, ranks: list) -> None:
    right = {f"parameter {number}": value for number, value in enumerate(case[0]["values"])}
    right |= {f"buffer {number}": value for number, value in enumerate(case[0]["buffers"])}
    for rank, seen in enumerate(ranks):
        for (name, wanted), now in zip(right.items(), seen):
            what = f"{when}, {name} of rank {rank} is not that of rank 0"
            expect_equal(now, wanted, what, example=shown(case))


@check("broadcast", "Every rank gets the parameters of rank 0", core=True, hint=1)
def broadcast(solution: Solution, rng: Rng) -> None:
    cases = {"with parameters alone": broadcast_case(rng, 2, False, [])}
    cases["with other parameters"] = broadcast_case(rng, 2, False, [])
    expect_broadcast(solution, cases)


@check("broadcast-all", "Frozen parameters and buffers are broadcast too", core=True, hint=2)
def broadcast_all(solution: Solution, rng: Rng) -> None:
    floats, whole = [torch.float32, torch.float64], [torch.int64, torch.bool]
    cases = {
        "with a frozen parameter": broadcast_case(rng, 2, True, []),
        "with buffers": broadcast_case(rng, 2, False, rng.shuffled(floats)),
        "with buffers of whole numbers": broadcast_case(rng, 2, True, rng.shuffled(floats + whole)),
    }
    expect_broadcast(solution, cases)


@check("average", "Gradients of equal shards are averaged", core=True, hint=1)
def average(solution: Solution, rng: Rng) -> None:
    rows = [[rng.integer(2, 50)] * 2 for _ in range(3)]
    first, other = averaged(rng, rows[0]), averaged(rng, rows[1])
    cases = {"with equal shards": first, "in a second call": other, "in a third call": first}
    expect_averaged(solution, cases)


@check("uneven", "A rank counts by its rows", core=True, points=2, hint=2)
def uneven(solution: Solution, rng: Rng) -> None:
    cases = {"with uneven shards": averaged(rng, several_rows(rng, 2))}
    cases["with other uneven shards"] = averaged(rng, several_rows(rng, 2))
    expect_averaged(solution, cases)


@check("missing", "A gradient that some ranks lack counts as zeros", core=True, points=2, hint=3)
def missing(solution: Solution, rng: Rng) -> None:
    places = rng.shuffled([0, 1, 2])
    one = {places[0]: [0], places[1]: [1]}
    cases = {
        "with gradients that are None on one rank": averaged(rng, several_rows(rng, 2), one),
        "with a gradient that is None on all ranks": averaged(
            rng, several_rows(rng, 2), {places[0]: [0, 1], places[1]: [rng.integer(0, 2)]}
        ),
    }
    expect_averaged(solution, cases)


@check("no-rows", "A rank without rows adds nothing", core=True, hint=2)
def no_rows(solution: Solution, rng: Rng) -> None:
    cases = {}
    for kind in rng.shuffled(["none", "NaN", "numbers"]):
        rows = rng.shuffled([0, rng.integer(1, 30)])
        empty = rows.index(0)
        lacking = {number: [empty] for number in range(3)} if kind == "none" else None
        case = averaged(rng, rows, lacking)
        if kind == "NaN":
            case[empty]["grads"] = [grad * math.nan for grad in case[empty]["grads"]]
        cases[f"where rank {empty} has no rows and {kind} in .grad"] = case
    expect_averaged(solution, cases)


@check("worlds", "It works for worlds of any size", core=True, hint=1)
def worlds(solution: Solution, rng: Rng) -> None:
    world = rng.integer(3, 5)
    away = rng.shuffled(list(range(world)))
    some = {0: away[:1], 2: away[:-1], 1: away}
    with_none = several_rows(rng, world)
    with_none[away[0]] = 0
    when = f"in a world of {world}"
    plain = averaged(rng, several_rows(rng, world))
    lacking = averaged(rng, with_none, some)
    sent = broadcast_case(rng, world, True, [torch.int64])
    seen = run(solution, [plain, lacking, sent])
    require_averaged(when, plain, seen[0])
    require_averaged(f"{when} with None", lacking, seen[1])
    require_broadcast(when, sent, seen[2])
    alone = averaged(rng, [rng.integer(1, 9)], {rng.integer(0, 3): [0]})
    expect_averaged(solution, {"in a world of 1": alone})


@check("training", "The ranks train exactly like one process", core=True, points=2, hint=2)
def training(solution: Solution, rng: Rng) -> None:
    world = rng.integer(2, 4)
    sizes = (rng.integer(1, 5), rng.integer(2, 6), rng.integer(1, 4))
    model = nn.Sequential(nn.Linear(*sizes[:2]), nn.Tanh(), nn.Linear(*sizes[1:])).double()
    names = {name: value.shape for name, value in model.state_dict().items()}
    counts = [rng.integer(world, 20) * world + 1 for _ in range(rng.integer(3, 6))]
    x, y = ([rng.normal(n, size).double() for n in counts] for size in (sizes[0], sizes[2]))
    options = {"lr": rng.number(0.05, 0.3), "momentum": rng.number(0.0, 0.9)}
    case = [
        {
            "do": "train",
            "sizes": sizes,
            "data": (x, y),
            "state": {name: rng.normal(*shape).double() for name, shape in names.items()},
            **options,
        }
        for _ in range(world)
    ]
    model.load_state_dict(case[0]["state"])
    optimizer = torch.optim.SGD(model.parameters(), **options)
    for inputs, targets in zip(x, y):
        optimizer.zero_grad()
        functional.mse_loss(model(inputs), targets).backward()
        optimizer.step()
    for rank, seen in enumerate(run(solution, [case])[0]):
        for (name, right), value in zip(model.named_parameters(), seen):
            what = f"after {len(x)} steps, `{name}` of rank {rank} of {world} is off"
            near(value, right.detach(), what, case)
