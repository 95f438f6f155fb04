import copy
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.kit import (
    Remote,
    Rng,
    Solution,
    check,
    expect,
    expect_close,
    expect_equal,
    expect_number,
)

ROUNDING = 4096.0  # rounding errors of float64 allowed in a weight, after some steps
SIX_DIGITS = 1e-6 / 2.2e-16


def network(sizes: tuple, momentum: float) -> nn.Module:
    """As `Net` of harness.py."""
    inputs, hidden, outputs = sizes
    layers = [nn.Linear(inputs, hidden), nn.BatchNorm1d(hidden, momentum=momentum)]
    return nn.Sequential(*layers, nn.Tanh(), nn.Linear(hidden, outputs)).double()


@dataclass
class Run:
    """One call of `fit`.

    Attributes:
        when: The case in a few words.
        sizes: Inputs, hidden units, outputs.
        momentum: Of the batch norm.
        state: The model's weights and buffers at the start.
        train: The training batches of each epoch.
        val: The validation batches of each epoch.
        optimizer: Its name and options.
        loss: Name of the loss function.
        mode: "train" or "eval", in which the model comes.
        fixed: Whether the loaders are lists, the same in each epoch.
        stale: Rows whose gradients are in the model before; None for none.
    """

    when: str
    sizes: tuple
    momentum: float
    state: dict
    train: list
    val: list
    optimizer: tuple
    loss: str = "mse_loss"
    mode: str = "train"
    fixed: bool = True
    stale: Tensor | None = None
    states: list = field(default_factory=list)

    def right(self) -> list:
        """The right history; `states` has the model after each epoch."""
        model, loss_fn, history = self.model(), getattr(functional, self.loss), []
        name, options = self.optimizer
        optimizer = getattr(torch.optim, name)(model.parameters(), **options)
        self.states = []
        for train, val in zip(self.train, self.val):
            model.train()
            losses = []
            for x, y in train:
                optimizer.zero_grad()
                losses.append(loss_fn(model(x), y))
                losses[-1].backward()
                optimizer.step()
            model.eval()
            with torch.no_grad():
                tested = [loss_fn(model(x), y) for x, y in val]
            history.append((mean(losses, train), mean(tested, val)))
            self.states.append(copy.deepcopy(model.state_dict()))
        return history

    def model(self, state: dict | None = None) -> nn.Module:
        model = network(self.sizes, self.momentum)
        model.load_state_dict(self.state if state is None else state)
        return model

    def end(self, epoch: int | None = None) -> dict:
        """The right state: that of the best epoch, or of this one."""
        values = [val for _, val in self.right()]
        return self.states[values.index(min(values)) if epoch is None else epoch]

    def shown(self) -> dict:
        return {
            "optimizer": self.optimizer,
            "loss_fn": self.loss,
            "epochs": len(self.train),
            "rows of the training batches": [len(x) for x, _ in self.train[0]],
            "rows of the validation batches": [len(x) for x, _ in self.val[0]],
        }


def mean(losses: list, batches: list) -> float:
    rows = [len(x) for x, _ in batches]
    return sum(loss.item() * count for loss, count in zip(losses, rows)) / sum(rows)


def ask(solution: Solution, run: Run, epochs: int | None = None) -> tuple[Remote, Remote]:
    """Call `fit`: what it returned, and the model."""
    harness = solution.harness
    model = harness.call_there("Net", *run.sizes, run.momentum, run.state)
    optimizer = harness.call_there("optimizer", model, *run.optimizer)
    loaders = [
        each[0] if run.fixed else harness.call_there("Loader", each)
        for each in (run.train, run.val)
    ]
    if run.stale is not None:
        harness.call_there("leave_gradients", model, run.stale)
    model.call_there(run.mode)
    count = len(run.train) if epochs is None else epochs
    loss = harness.call_there("loss", run.loss)
    return solution.call_there("fit", model, *loaders, optimizer, loss, count), model


def asked(solution: Solution, runs: list[Run], epochs: int | None = None) -> list[tuple]:
    """Of each run what it returned and the model's state, in one message."""
    made = []
    for run in runs:
        history, model = ask(solution, run, epochs)
        made += [history, *(model.get_there(name) for name in run.state)]
    seen = iter(solution.fetch_all(made))
    return [(next(seen), {name: next(seen) for name in run.state}) for run in runs]


def expect_history(run: Run, seen: object, columns: tuple) -> None:
    """Fail unless these columns of a history are right: 0 for training, 1 for validation."""
    wanted = run.right()
    expect_form_of(run, seen)
    for epoch, (pair, right) in enumerate(zip(seen, wanted)):
        for column in columns:
            name = ("training", "validation")[column]
            what = f"{run.when}, the {name} loss of epoch {epoch + 1} is off"
            expect_number(pair[column], right[column], what, factor=SIX_DIGITS, example=run.shown())


def expect_form_of(run: Run, seen: object) -> None:
    count, example = len(run.train), run.shown()
    pairs = f"a list of {count} pair{'s' * (count > 1)} (train, val) for {count} epochs"
    good = isinstance(seen, list) and len(seen) == count
    expect(good, f"what fit returns is not {pairs}: {seen!r:.80}", example=example)
    for pair in seen:
        floats = isinstance(pair, tuple) and [type(part) for part in pair] == [float, float]
        what = f"an entry is not a tuple of two Python floats: {pair!r:.80}"
        expect(floats, what, example=example)


def expect_state(run: Run, seen: dict, wanted: dict, buffers: bool, what: str) -> None:
    for name, right in wanted.items():
        if buffers or not name.startswith("1.") or name in ("1.weight", "1.bias"):
            message = f"{run.when}, {what}: `{name}` is off"
            expect_close(seen[name], right, message, factor=ROUNDING, example=run.shown())


# --- drawing ----------------------------------------------------------------------------------


def rows_of(rng: Rng, ragged: bool) -> list:
    """How many rows each batch has; where they differ, the last one is much smaller."""
    count, rows = rng.integer(2, 5), rng.integer(6, 12)
    return [rows] * (count - 1) + [rng.integer(2, 4) if ragged else rows]


def batches(rng: Rng, rows: list, sizes: tuple, shift: float = 0.0) -> list:
    """Batches of uneven difficulty, so that means of batches and of rows lie apart."""
    made = []
    for number, count in enumerate(rows):
        y = rng.normal(count, sizes[2], dtype=torch.float64) * (number + 1)
        x = rng.normal(count, sizes[0], dtype=torch.float64) * (number + 1) + shift
        made.append((x, y))
    return made


def drawn(rng: Rng, when: str, epochs: int, *, ragged: bool = False, **own: object) -> Run:
    sizes = rng.integer(1, 6), rng.integer(2, 7), rng.integer(1, 4)
    momentum = rng.number(0.1, 0.6)
    state = {
        name: (
            value + 0 if value.dtype == torch.int64 else rng.uniform(0.3, 1.3, value.shape).double()
        )
        for name, value in network(sizes, momentum).state_dict().items()
    }
    train = batches(rng, rows_of(rng, ragged), sizes)
    val = batches(rng, rows_of(rng, ragged), sizes, shift=1.0)
    options = {"lr": rng.number(0.01, 0.08), "momentum": rng.number(0.1, 0.9)}
    run = Run(when, sizes, momentum, state, [train] * epochs, [val] * epochs, ("SGD", options))
    return replace(run, **own)


def best_at(run: Run, epoch: int, rng: Rng) -> Run:
    """The same, with validation targets that the model meets nearly after this epoch."""
    run.right()
    model = run.model(run.states[epoch]).eval()
    with torch.no_grad():
        val = [(x, model(x) + rng.normal(*y.shape).double() * 1e-4) for x, y in run.val[0]]
    return replace(run, val=[val] * len(run.val))


# --- the checks -------------------------------------------------------------------------------


@check("form", "One pair of floats for each epoch, and the same every time", core=True, hint=3)
def form(solution: Solution, rng: Rng) -> None:
    run, other = best_at(drawn(rng, "", rng.integer(3, 6)), 0, rng), drawn(rng, "", 1)
    seen = asked(solution, [run, other, run])
    expect_form_of(run, seen[0][0])
    expect_form_of(other, seen[1][0])
    what = "a second call with equal arguments returns another history"
    expect_equal(seen[2][0], seen[0][0], what, example=run.shown())


@check("steps", "Each batch gives one step, from its own gradient", core=True, points=2, hint=1)
def steps(solution: Solution, rng: Rng) -> None:
    runs = [drawn(rng, "after one epoch", 1), drawn(rng, "after one epoch", 1)]
    stale = drawn(rng, "after one epoch, with old gradients in the model", 1)
    runs.append(replace(stale, stale=stale.train[0][0][0]))
    for run, (_, state) in zip(runs, asked(solution, runs)):
        expect_state(run, state, run.end(), False, "the weights are not right")


@check(
    "train-loss", "Training runs in training mode, and its loss is seen there", core=True, hint=1
)
def train_loss(solution: Solution, rng: Rng) -> None:
    runs = [
        drawn(rng, "for a model that comes in training mode", rng.integer(2, 4)),
        drawn(rng, "for a model that comes in evaluation mode", rng.integer(2, 4), mode="eval"),
    ]
    for run, (history, _) in zip(runs, asked(solution, runs)):
        expect_history(run, history, (0,))


@check("val-loss", "Validation runs in evaluation mode and changes nothing", core=True, hint=1)
def val_loss(solution: Solution, rng: Rng) -> None:
    runs = [drawn(rng, "with batches of one size", rng.integer(1, 4)) for _ in range(2)]
    for run, (history, _) in zip(runs, asked(solution, runs)):
        expect_history(run, history, (1,))


@check("all-rows", "A loss is the mean over all rows of the epoch", core=True, hint=2)
def all_rows(solution: Solution, rng: Rng) -> None:
    runs = [drawn(rng, "with a small last batch", rng.integer(1, 4), ragged=True) for _ in "ab"]
    for run, (history, _) in zip(runs, asked(solution, runs)):
        expect_history(run, history, (0, 1))


@check("best", "The model ends as it was after its best epoch", core=True, points=3, hint=2)
def best(solution: Solution, rng: Rng) -> None:
    epochs = rng.integer(3, 6)
    places = {
        "the first": 0,
        "the last": epochs - 1,
        "one in the middle": rng.integer(1, epochs - 1),
    }
    runs = []
    for place, epoch in rng.shuffled(list(places.items())):
        run = drawn(rng, f"where {place} of {epochs} epochs is the best", epochs, ragged=True)
        runs.append(best_at(run, epoch, rng))
    for run, (history, state) in zip(runs, asked(solution, runs)):
        expect_form_of(run, history)
        expect_state(run, state, run.end(), False, "the weights are not those of that epoch")
        expect_state(run, state, run.end(), True, "the buffers are not those of that epoch")


@check("loaders", "Loaders are gone through anew in each epoch", core=True, hint=3)
def loaders(solution: Solution, rng: Rng) -> None:
    runs = []
    for pair in (list, tuple):
        run = drawn(rng, "with a loader that shuffles", rng.integer(2, 5), fixed=False)
        epochs = range(len(run.train))
        train = [batches(rng, rows_of(rng, True), run.sizes) for _ in epochs]
        val = [batches(rng, rows_of(rng, True), run.sizes, shift=1.0) for _ in epochs]
        train, val = ([[pair(b) for b in each] for each in kind] for kind in (train, val))
        runs.append(replace(run, train=train, val=val))
    for run, (history, state) in zip(runs, asked(solution, runs)):
        expect_history(run, history, (0, 1))
        expect_state(run, state, run.end(), True, "the model is not as after its best epoch")


@check("arguments", "Optimizer and loss are those that are given", core=True, hint=3)
def arguments(solution: Solution, rng: Rng) -> None:
    runs = []
    for loss, name in zip(
        rng.shuffled(["l1_loss", "smooth_l1_loss", "cross_entropy"]),
        rng.shuffled(["Adagrad", "RMSprop", "AdamW"]),
    ):
        options = {"lr": rng.number(0.01, 0.1), "eps": rng.number(0.05, 0.2)}
        options["weight_decay"] = rng.number(0.01, 0.5)
        run = drawn(rng, f"with {name} and {loss}", rng.integer(2, 4), ragged=True)
        if loss == "cross_entropy":
            train, val = (
                [(x, y.argmax(dim=1)) for x, y in each[0]] for each in (run.train, run.val)
            )
            run = replace(run, train=[train] * len(run.train), val=[val] * len(run.val))
            run = with_outputs(rng, run, rng.integer(4, 7))
        runs.append(replace(run, loss=loss, optimizer=(name, options)))
    for run, (history, state) in zip(runs, asked(solution, runs)):
        expect_history(run, history, (0, 1))
        expect_state(run, state, run.end(), True, "the model is not as after its best epoch")


def with_outputs(rng: Rng, run: Run, outputs: int) -> Run:
    """The same with so many outputs."""
    weight = rng.normal(outputs, run.sizes[1]).double()
    state = {**run.state, "3.weight": weight, "3.bias": rng.normal(outputs).double()}
    return replace(run, sizes=(*run.sizes[:2], outputs), state=state)


@check("no-epochs", "No epochs change nothing", core=True, hint=3)
def no_epochs(solution: Solution, rng: Rng) -> None:
    run = drawn(rng, "with epochs=0", 1, mode=rng.choice(["train", "eval"]))
    seen, state = asked(solution, [run], epochs=0)[0]
    expect_equal(seen, [], "with epochs=0, what fit returns is off")
    expect_state(run, state, run.state, True, "the model has changed")
    with_one, _ = asked(solution, [run])[0]
    expect_history(replace(run, when="with epochs=1"), with_one, (0, 1))


@check("no-graph", "Validation runs without gradients", core=False, hint=1)
def no_graph(solution: Solution, rng: Rng) -> None:
    run = drawn(rng, "", rng.integer(2, 4))
    _, model = ask(solution, run)
    wanted = ([True] * len(run.train[0]) + [False] * len(run.val[0])) * len(run.train)
    what = "whether gradients were on at each call of the model"
    expect_equal(model.get("graphs"), wanted, what, example=run.shown())
