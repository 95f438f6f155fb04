from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from bot.kit import (
    Generator,
    Remote,
    Rng,
    Solution,
    check,
    expect,
    expect_close,
    expect_equal,
    expect_form,
    fail,
)

# How the checks see what nobody shows them: where one row alone has a feature and all others have 0
# there, the weights of that feature move by this row's gradient and by nothing else. Two trainings
# that differ in nothing else show it bit by bit: which label the row had, which units were dropped,
# and what is still left of it many steps later.

SHAPES = {"0.weight": (64, 10), "0.bias": (64,), "3.weight": (3, 64), "3.bias": (3,)}
BATCH = 64
STEPS = 120
BLANK, FAINT = 12, 0.1
"""Rows of 0 but for one feature, and that small: as hard to learn in every batch."""


SPREAD = 5.0
"""Distance of the six clusters from the origin, in standard deviations of one."""

LOSS_AT_MOST = 0.4
"""Sound runs, Adam with 0.001 among them, reach 0.31 and less. Behind a softmax no loss is below
ln(1 + 2/e) = 0.55, as the best scores are 1, 0, 0."""

MOVE_AT_MOST = 0.7
"""Learning rates up to 0.4 move a weight by 0.4 and less here, 5.0 by 1.2 and more."""

AGAIN_AT_MOST = 1.08
"""What a batch does in the next step too, over what a new batch does there. Momentum: its factor,
below 1. Gradients that are left in add 1, for Adam 0.4; three tenths of them 0.3 and 0.25."""

LONG_AT_MOST = 1.7
"""What an early batch did after 130 batches, over what it did after 33. Momentum of 0.95: 1.3; a warm-up
over 40 steps: 1.2; a cosine to the end: 1.5. Without clearing: 3, and for Adagrad 1.8
and more, as it divides by what it has seen."""

JUMPS_AT_MOST = 1.33
JUMP_AT_MOST = 1.9
"""What a batch did, over what the one before it did: in both courses, and in one. Schedules change
by a tenth; steps as large as can be sound make it 1.46 now and then. Where gradients are cleared only
now and then: 2 and more, and 1.4 for those optimizers that take their signs."""


# --- the model --------------------------------------------------------------------------------


def weights(model: Remote) -> dict[str, Tensor]:
    """The model's weights, checked: they come from the learner's side."""
    found = model.fetch_parameters()
    pairs = found.items() if isinstance(found, dict) else ()
    state = {str(name): value for name, value in pairs if isinstance(value, Tensor)}
    seen = {name: tuple(value.shape) for name, value in state.items()}
    if seen != SHAPES or any(value.dtype != torch.float32 for value in state.values()):
        fail(f"the model's weights are not those of the given model; their shapes are {seen}")
    if not all(bool(value.isfinite().all()) for value in state.values()):
        fail("after training, a weight of the model is not a finite number")
    return state


def vector(state: dict[str, Tensor]) -> Tensor:
    return torch.cat([state[name].double().reshape(-1) for name in SHAPES])


def hidden_of(state: dict[str, Tensor], x: Tensor) -> Tensor:
    """What comes out of the first layer: x (N, 10) -> (N, 64)."""
    return functional.linear(x, state["0.weight"], state["0.bias"])


def scores_of(state: dict[str, Tensor], x: Tensor) -> Tensor:
    """What the model has to return in evaluation mode: x (N, 10) -> (N, 3)."""
    hidden = functional.relu(hidden_of(state, x))  # (N, 64)
    return functional.linear(hidden, state["3.weight"], state["3.bias"])


def drawn_state(rng: Rng) -> dict[str, Tensor]:
    return {name: rng.normal(*shape) / shape[-1] ** 0.5 for name, shape in SHAPES.items()}


def load(model: Remote, state: dict[str, Tensor]) -> Remote:
    """The same model with these weights, in training mode."""
    model.call_there("load_state_dict", state)
    model.call_there("train")
    return model


# --- what it is trained with ------------------------------------------------------------------


@dataclass
class Data:
    """Rows of three classes in six clusters, two opposite ones for each class.

    Attributes:
        centres: One cluster of each class, (3, 10); 0 in the spare features.
        spare: Features that are always 0, in an order of their own.
    """

    centres: Tensor
    spare: list[int]

    def rows(self, rng: Rng, count: int = BATCH) -> tuple[Tensor, Tensor]:
        """A batch: x (count, 10), y (count,)."""
        y = rng.integers(0, 3, (count,))
        side = rng.integers(0, 2, (count,)) * 2 - 1
        noise = rng.normal(count, 10)
        noise[:, self.spare] = 0.0
        return self.centres[y] * side[:, None] + noise, y

    def batches(self, rng: Rng, count: int) -> list[tuple[Tensor, Tensor]]:
        return [self.rows(rng) for _ in range(count)]


def drawn_data(rng: Rng, spare: int = 0) -> Data:
    features, used = rng.permutation(10), 10 - spare
    centres = torch.zeros(3, 10)
    centres[:, features[spare:]] = torch.linalg.qr(rng.normal(used, used)).Q[:3] * SPREAD
    return Data(centres, features[:spare].tolist())


def drawn_spare(rng: Rng) -> int:
    """How many features are 0, where a check gives them to rows of its own choice."""
    return rng.integer(4, 7)


def drawn_seed(rng: Rng) -> int:
    return rng.integer(0, 2**31)


def trained(solution: Solution, batches: list, seed: int) -> dict[str, Tensor]:
    """The weights after training; the batches come from an iterator without a length."""
    return weights(solution.call_there("train", Generator(batches), seed=seed))


def constant(feature: int, value: float, label: int) -> tuple[Tensor, Tensor]:
    """A batch of equal rows with one feature, all of one class: no order mixes them up."""
    x = torch.zeros(BATCH, 10)
    x[:, feature] = value
    return x, torch.full((BATCH,), label)


# --- build and predict ------------------------------------------------------------------------


@check(
    "scores",
    "The model is the given one and returns scores, with nothing behind the last layer",
    core=True,
    hint=2,
)
def scores(solution: Solution, rng: Rng) -> None:
    batch = drawn_data(rng).batches(rng, 1)
    models = {
        "the model of build()": solution.call_there("build"),
        "the model that train returns": solution.call_there("train", Generator(batch), seed=1),
    }
    for called, model in models.items():
        state = drawn_state(rng)
        state["0.bias"] -= 1.3  # few units are above 0 in a row, so that those dropped can be found
        x = rng.normal(8 * BATCH, 10)
        active = (hidden_of(state, x) > 0).sum(dim=1)
        x = x[(active >= 3) & (active <= 8)][:BATCH]
        load(model, state)
        varied = model(x)
        model.call_there("eval")
        expect_scores(state, x, model(x), called)
        expect_dropout(state, x, varied, called)


def expect_scores(state: dict[str, Tensor], x: Tensor, seen: object, called: str) -> None:
    rows = seen.sum(dim=1) if isinstance(seen, Tensor) and seen.dim() == 2 else torch.zeros(1)
    if torch.allclose(rows, torch.ones_like(rows), atol=1e-4):
        fail(
            f"{called}: each row of model(x) adds up to 1: those are probabilities, and the loss"
            " wants scores"
        )
    expect_close(
        seen,
        scores_of(state, x),
        f"{called}: with given weights, in evaluation mode, model(x) is not Linear, ReLU, Linear",
        exact=scores_of({name: value.double() for name, value in state.items()}, x.double()),
    )


def expect_dropout(state: dict[str, Tensor], x: Tensor, seen: object, called: str) -> None:
    """In training mode every unit is doubled or dropped, half of them each."""
    expect_form(seen, scores_of(state, x), f"{called}: in training mode, model(x) is off")
    kept = total = 0
    for row, found in zip(x, seen):
        hidden = functional.relu(hidden_of(state, row))
        units = hidden.nonzero()[:, 0]  # at most 8
        masks = torch.cartesian_prod(*[torch.tensor([0.0, 2.0])] * len(units))  # (2^units, units)
        possible = (masks * hidden[units]) @ state["3.weight"][:, units].T + state["3.bias"]
        gaps = (possible - found).abs().amax(dim=1)
        expect(
            bool(gaps.min() < 1e-4),
            f"{called}: in training mode, no choice of units to drop gives the scores of model(x):"
            f" {[round(score, 4) for score in found.tolist()]} for a row. Dropout(0.5) drops a unit"
            " or doubles it, before the last layer; nothing else differs from evaluation mode",
        )
        kept += int((masks[gaps.argmin()] > 0).sum())
        total += len(units)
    expect(
        0.37 < kept / total < 0.63,
        f"{called}: in training mode {1 - kept / total:.0%} of the units are dropped, should be half",
    )


@check(
    "steady-prediction",
    "predict gives the same classes every time, whatever mode the model is in",
    core=True,
    hint=2,
)
def steady_prediction(solution: Solution, rng: Rng) -> None:
    for count in (rng.integer(200, 400), rng.integer(2, 60), 1):
        state, x = drawn_state(rng), rng.normal(count, 10)
        wanted = scores_of(state, x)
        top = wanted.topk(2, dim=1).values  # (N, 2)
        clear = top[:, 0] - top[:, 1] > 0.01  # without near ties, which rounding may decide
        clear[0] = True
        if not bool((top[0, 0] - top[0, 1]) > 0.01):
            continue
        x, wanted = x[clear], wanted[clear].argmax(dim=1)
        model = load(solution.call_there("build"), state)
        for mode in ("train", "eval", "train"):
            model.call_there(mode)
            expect_equal(
                solution.call("predict", model, x),
                wanted,
                f"predict(model, x) after model.{mode}() is not the class with the highest score of"
                " the whole model",
            )


# --- train, one step --------------------------------------------------------------------------


@check(
    "reproducible",
    "The same seed and the same batches give the same weights",
    core=True,
    points=0,
    hint=3,
)
def reproducible(solution: Solution, rng: Rng) -> None:
    batches, seed = drawn_data(rng).batches(rng, rng.integer(2, 5)), drawn_seed(rng)
    first = trained(solution, batches, seed)
    ways = {
        f"called twice with seed={seed}": solution.call_there(
            "train", Generator(batches), seed=seed
        ),
        "with the same batches in a list, and the seed as second argument": solution.call_there(
            "train", batches, seed
        ),
    }
    for way, model in ways.items():
        again = weights(model)
        for name in SHAPES:
            expect_equal(again[name], first[name], f"{way}, `{name}` comes out different")
    one, two = (weights(solution.call_there("train", Generator(batches))) for _ in range(2))
    expect_equal(vector(two), vector(one), "called twice without a seed, the weights are different")
    seen = {}
    steps = [*range(8), 10, 100, 1000, 2**10, 10**6, 2**20, *rng.integers(20, 2**20, (3,)).tolist()]
    for other in (seed + step for step in steps):
        found = trained(solution, batches[:1], other)["0.weight"].numpy().tobytes()
        twin = seen.setdefault(found, other)
        expect(
            twin == other,
            f"seed={twin} and seed={other} give the same weights: the seed is not used as it is",
        )


@check("weights-move", "All weights move, with each batch", core=True, hint=2)
def weights_move(solution: Solution, rng: Rng) -> None:
    data, seed = drawn_data(rng), drawn_seed(rng)
    for count in (1, rng.integer(2, 4)):
        batches = [one_class(data, rng) for _ in range(count)]
        base = trained(solution, batches, seed)
        for place in range(count):
            changed = [
                *batches[:place],
                one_class(data, rng, batches[place]),
                *batches[place + 1 :],
            ]
            expect_moved(base, trained(solution, changed, seed), place, count)


def one_class(data: Data, rng: Rng, unlike: tuple | None = None) -> tuple[Tensor, Tensor]:
    """A batch of one class, another than that of the given one: its gradient has other signs."""
    x = data.rows(rng)[0] / 20  # even steps that are far too large stay small
    label = rng.integer(0, 3) if unlike is None else (int(unlike[1][0]) + rng.integer(1, 3)) % 3
    return x, torch.full((BATCH,), label)


def expect_moved(base: dict, other: dict, place: int, count: int) -> None:
    batch = f"batch {place + 1} of {count}" if count > 1 else "the only batch"
    still = [f"`{name}`" for name in SHAPES if torch.equal(base[name], other[name])]
    expect(
        not still,
        f"whatever is in {batch}, {' and '.join(still)} come out the same after training: nothing"
        " that is learned from it reaches them",
    )


@check("step-size", f"A single step moves no weight by more than {MOVE_AT_MOST}", core=True, hint=2)
def step_size(solution: Solution, rng: Rng) -> None:
    seed = drawn_seed(rng)
    batch = constant(rng.integer(0, 10), rng.uniform(3, 5).item(), rng.integer(0, 3))
    feature = int(batch[0][0].nonzero())
    other = constant((feature + 1) % 10, 1.0, 0)  # it leaves the weights of this feature alone
    unmoved = trained(solution, [other], seed)["0.weight"][:, feature]
    runs = [trained(solution, [batch] * count, seed) for count in range(1, 5)]
    steps = [runs[0]["0.weight"][:, feature] - unmoved]
    steps += [vector(after) - vector(before) for before, after in zip(runs, runs[1:])]
    for number, step in enumerate(steps, start=1):
        moved = step.abs().max().item()
        expect(
            moved <= MOVE_AT_MOST,
            f"step {number} moved a weight by {moved:.3g}; the weights begin between -0.32 and 0.32",
        )


@dataclass
class Row:
    """What one row of a batch did to the weights that it alone moves.

    Attributes:
        moved: How they moved because of it, (64,).
        inputs: What came into the ReLUs, (64,).
        label: The class that it was given.
        found: The class that it was taken for; None where nothing moved.
        known: Whether it had been learned before: what is left to learn may be nothing.
    """

    number: int
    moved: Tensor
    inputs: Tensor
    label: int
    found: int | None
    known: bool


def each_row(solution: Solution, rng: Rng, before: list, *, runs: int, after: int = 0) -> list[Row]:
    """Train with more batches, and let rows of the first of them be seen alone, some in each run."""
    data, seed = drawn_data(rng, drawn_spare(rng)), drawn_seed(rng)
    x, _ = data.rows(rng)
    y = rng.integers(0, 3, (BATCH,))  # whatever is known by now, there is something to learn
    later = data.batches(rng, after)
    state = trained(solution, before, seed)
    base = trained(solution, [*before, (x, y), *later], seed)
    found = []
    for numbers in rng.permutation(BATCH).split(len(data.spare))[:runs]:
        places = list(zip(numbers.tolist(), data.spare))
        twin = x.clone()
        for row, feature in places:
            twin[row, feature] = rng.uniform(1, 3).item()
        changed = trained(solution, [*before, (twin, y), *later], seed)
        inputs, chances = hidden_of(state, twin), scores_of(state, twin).softmax(dim=1)
        for row, feature in places:
            moved = (changed["0.weight"] - base["0.weight"])[:, feature]
            label = int(y[row])
            taken_for = label_of(state, moved)
            known = float(chances[row, label]) > 0.8
            found.append(Row(row, moved, inputs[row], label, taken_for, known))
    return found


def label_of(state: dict[str, Tensor], moved: Tensor) -> int | None:
    """Which score a step raised, by the units that moved.

    The gradient is the last layer's weights times (probabilities - label), whatever the loss makes
    of it: of the three numbers only that of the label pulls upwards.
    """
    units = moved.nonzero()[:, 0]
    if len(units) < 3:
        return None
    last = state["3.weight"][:, units].double()
    pulls = (
        torch.linalg.pinv((last - last.mean(dim=0)).T, rtol=1e-6) @ moved[units].double()
    )  # (3,)
    return int(pulls.argmax())


def expect_own_labels(rows: list[Row], batch: str) -> None:
    rows = [row for row in rows if not row.known]
    unseen = [row for row in rows if row.found is None]
    expect(
        20 * len(unseen) <= len(rows),
        f"{len(unseen)} of {len(rows)} rows of {batch} change nothing, as if they were not in it",
    )
    wrong = [row for row in rows if row.found not in (None, row.label)]
    shown = [f"row {row.number} has {row.label} and learns {row.found}" for row in wrong[:3]]
    expect(
        20 * len(wrong) <= len(rows),
        f"{len(wrong)} of {len(rows)} rows of {batch} learn from another row's label:"
        f" {', '.join(shown)}",
    )


def quiet(rng: Rng) -> tuple[Tensor, Tensor]:
    """A batch from which little can be learned: however large the steps are, they stay small."""
    return rng.normal(BATCH, 10) / 20, rng.permutation(BATCH) % 3


@check("labels", "Every row learns from its own label", core=True, points=2, hint=2)
def labels(solution: Solution, rng: Rng) -> None:
    expect_own_labels(each_row(solution, rng, [quiet(rng)], runs=12), "a batch")


@check(
    "dropout",
    "In training, half of the units are dropped, for each row",
    core=True,
    points=0,
    hint=2,
)
def dropout(solution: Solution, rng: Rng) -> None:
    rows = each_row(solution, rng, [quiet(rng)] * rng.integer(1, 4), runs=12)
    expect_half(rows, "a batch")


def expect_half(rows: list[Row], batch: str) -> None:
    moved = [(row.moved != 0)[row.inputs > 0.1] for row in rows if not row.known]
    above = torch.cat([torch.zeros(0, dtype=torch.bool), *moved])
    share, spread = above.double().mean().item(), 0.5 / max(len(above), 1) ** 0.5
    expect(share > 0, f"no row of {batch} changes the weights of the units that it turns on")
    expect(
        abs(share - 0.5) < max(0.06, 5 * spread),
        f"a row of {batch} changes the weights of {share:.0%} of the units that it turns on; with"
        " Dropout(0.5), and one step for each batch, it is half of them",
    )


# --- train, from step to step -----------------------------------------------------------------


@check(
    "fresh-gradients", "The gradients of the batch before are cleared", core=True, points=2, hint=2
)
def fresh_gradients(solution: Solution, rng: Rng) -> None:
    again, new = (sum(parts) for parts in zip(*[two_steps(solution, rng) for _ in range(3)]))
    expect(new > 0, "the second of two batches changes nothing")
    expect(
        again / new <= AGAIN_AT_MOST,
        "in the second step the weights still move by the gradient of the first batch,"
        f" {again / new:.3g} times as far as by that of the second; momentum alone makes it less than"
        " 1, so some of the first gradient was still in `.grad`",
    )


def two_steps(solution: Solution, rng: Rng) -> tuple[float, float]:
    """How far the second of two steps goes by the first batch, and by the second."""
    seed, label, features = drawn_seed(rng), rng.integer(0, 3), rng.permutation(10).tolist()

    def moved(feature: int, *signs: int) -> Tensor:
        """The weights of a feature after a batch for each sign; each has a feature of its own."""
        batches = [constant(f, sign * FAINT, label) for f, sign in zip(features, signs)]
        return trained(solution, batches, seed)["0.weight"][:, feature].double()

    one, two = features[:2]
    begun = moved(one, 1) - moved(one, -1)  # by the first step
    both = moved(one, 1, 1) - moved(one, -1, 1)  # by both steps
    again = float((both - begun) @ begun / begun.norm().clamp(min=1e-12))
    return again, float((moved(two, 1, 1) - moved(two, 1, -1)).norm())


@check(
    "own-batch",
    "Every step uses its own batch alone, from the first to the last",
    core=True,
    points=2,
    hint=2,
)
def own_batch(solution: Solution, rng: Rng) -> None:
    expect_nothing_early(solution, rng)
    expect_no_end(solution, rng)
    late = drawn_data(rng).batches(rng, rng.integer(3, 10))
    rows = each_row(solution, rng, late, runs=6, after=rng.integer(3, 7))
    expect_own_labels(rows, f"batch {len(late) + 1}")
    expect_half(rows, f"batch {len(late) + 1}")
    data, seed, label = drawn_data(rng, 7), drawn_seed(rng), rng.integer(0, 3)
    less = rng.integer(31, 37)  # batches of the short course
    batches = data.batches(rng, 4 * less + rng.integer(0, 5))
    for x, y in batches:
        x[:BLANK], y[:BLANK] = 0.0, label
    first = rng.integer(0, 5)
    long = Course.of(solution, data, batches, seed, first, rng.integer(20, 3 * less))
    short = Course.of(solution, data, batches[:less], seed, first, rng.integer(8, less - 6))
    for course in (short, long):
        course.expect_all()
    grown = long.lengths[0] / short.lengths[0]
    expect(
        grown <= LONG_AT_MOST,
        f"what batch {first + 1} did to the weights of its own feature is {grown:.3g} times as much"
        f" after {long.count} batches as after {short.count}, though no other batch has that"
        " feature: its gradient is never cleared",
    )
    expect_even(short, long)


def expect_nothing_early(solution: Solution, rng: Rng) -> None:
    """The last batch cannot change weights whose features are zero in it."""
    seed, label, value = drawn_seed(rng), rng.integer(0, 3), rng.uniform(1, 3).item()
    batches = drawn_data(rng).batches(rng, rng.integer(2, 6))
    features = rng.permutation(10)
    one, other = (
        trained(solution, [*batches, constant(int(feature), value, label)], seed)["0.weight"]
        for feature in features[:2]
    )
    expect(
        torch.equal(one[:, features[2:]], other[:, features[2:]]),
        "the last batch changed weights of features that are zero in all of its rows: its rows were"
        " used in other steps as well, or the step did not come from their gradient",
    )


def expect_no_end(solution: Solution, rng: Rng) -> None:
    """However many batches there were, and however small the loss is, the last one counts."""
    data, seed = drawn_data(rng), drawn_seed(rng)
    batches, last = data.batches(rng, rng.integer(25, 35)), one_class(data, rng)
    lasts = (last, one_class(data, rng, last))
    base, other = (trained(solution, [*batches, last], seed) for last in lasts)
    expect_moved(base, other, len(batches), len(batches) + 1)


@dataclass
class Course:
    """A training in which some batches have a feature of their own: an early one, and six in a row.

    Attributes:
        places: Which batches, from 0.
        lengths: How far the weights of the feature went by it.
    """

    count: int
    places: list[int]
    lengths: list[float]

    @staticmethod
    def of(
        solution: Solution, data: Data, batches: list, seed: int, first: int, start: int
    ) -> "Course":
        """Train twice, the feature once positive and once negative: half the difference is its own."""
        places = [first, *range(start, start + len(data.spare) - 1)]
        runs = []
        for sign in (1, -1):
            signed = [(x.clone(), y.clone()) for x, y in batches]
            for place, feature in zip(places, data.spare):
                signed[place][0][:BLANK, feature] = sign * FAINT
            runs.append(trained(solution, signed, seed)["0.weight"].double())
        moved = (runs[0] - runs[1])[:, data.spare]  # (64, spare)
        return Course(len(batches), places, moved.norm(dim=0).tolist())

    def expect_all(self) -> None:
        for place, length in zip(self.places, self.lengths):
            expect(length > 0, f"batch {place + 1} of {self.count} changes nothing")

    def jump(self) -> tuple[float, int]:
        """How much more one of those in a row did than the one before it, and which."""
        pairs = zip(self.lengths[1:], self.lengths[2:], self.places[2:])
        return max((after / before, place + 1) for before, after, place in pairs)


def expect_even(*courses: Course) -> None:
    jumps = [course.jump() for course in courses]
    (smaller, _), (larger, number) = min(jumps), max(jumps)
    expect(
        smaller <= JUMPS_AT_MOST and larger <= JUMP_AT_MOST,
        f"batch {number} changes the weights {larger:.3g} times as much as the one before it, though it"
        " is as hard: some gradients are used again before they are cleared",
    )


# --- what it is for ---------------------------------------------------------------------------


# Last, as it throws the solver away that the checks before it share.
@check(
    "generalises",
    f"After {STEPS} batches it is right on new data: accuracy 0.90, loss below {LOSS_AT_MOST}",
    core=True,
    points=3,
    hint=1,
)
def generalises(solution: Solution, rng: Rng) -> None:
    results = []
    for spare in (0, drawn_spare(rng)):
        data = drawn_data(rng, spare)
        state = trained(solution, data.batches(rng, STEPS), drawn_seed(rng))
        x, y = data.rows(rng, 1000)
        expect_learned(scores_of(state, x), y)  # by these weights alone, in the given model
        results.append((state, x))
    evaluated = solution.restart()  # nothing but the weights gets there
    for state, x in results:
        model = load(evaluated.call_there("build"), state)
        top = scores_of(state, x).topk(2, dim=1)
        clear = top.values[:, 0] - top.values[:, 1] > 0.001
        expect_equal(
            evaluated.call("predict", model, x[clear]),
            top.indices[clear, 0],
            "with the trained weights in a new model in a new process, predict is not the class with"
            " the highest score",
        )


def expect_learned(seen: Tensor, y: Tensor) -> None:
    accuracy = (seen.argmax(dim=1) == y).double().mean().item()
    expect(
        accuracy >= 0.90,
        f"on 1000 new rows the trained weights are right for {accuracy:.1%}; guessing gets 33%, the"
        " fixed script 98% and more",
    )
    loss = functional.cross_entropy(seen, y).item()
    expect(
        loss <= LOSS_AT_MOST,
        f"on 1000 new rows the trained weights are right for {accuracy:.1%}, but the loss is"
        f" {loss:.3g}; guessing gets 1.10, and scores that were trained behind a softmax, or with"
        " another loss, stay above 0.5",
    )
