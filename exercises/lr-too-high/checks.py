import math

import torch
from torch import Tensor

from bot.kit import Rng, Solution, Value, check, expect, expect_equal, fail, render_value

KEYS = ("lr", "momentum", "warmup", "weight_decay")
GOOD = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.0, "warmup": 10}
STEPS, BATCH, LAST, HIDDEN = 200, 32, 20, 16
DATA_SETS = 3

END_AT_MOST = 0.2
"""The loss of good settings ends at 0.03 and less on every data set; guessing gets 0.69."""

HIGHEST = 3.0
"""Good settings begin at 0.6 to 1 and stay below 1.5; a learning rate of 5 gets above 7."""

FALL = 0.1
LEFT_AT_MOST, WARMUP_AT_MOST = 0.25, STEPS // 2


def config_of(solution: Solution) -> dict:
    """The settings, checked: four numbers."""
    found = solution.get("CONFIG")
    if not isinstance(found, dict):
        fail("`CONFIG` is not a dict of numbers")
    expect_equal(tuple(sorted(found)), KEYS, "the keys of `CONFIG` are not those of the script")
    for name, value in found.items():
        expect(
            is_number(value), f"`{name}` is {render_value(value)}, should be a number of 0 or more"
        )
    expect(isinstance(found["warmup"], int), f"`warmup` is {found['warmup']}, should be an int")
    return found


def is_number(value: Value) -> bool:
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    return known and math.isfinite(value) and value >= 0


def repaired(config: dict, *names: str) -> dict:
    """Good settings, but for these of the learner's, and for all that are sound by themselves."""
    sound = {
        "momentum": config["momentum"] ** STEPS <= LEFT_AT_MOST,
        "warmup": config["warmup"] <= WARMUP_AT_MOST,
        "weight_decay": config["weight_decay"] <= 0.01,
    }
    return {key: config[key] if key in names or sound.get(key) else GOOD[key] for key in KEYS}


def drawn_data(rng: Rng) -> tuple[Tensor, Tensor]:
    """Several data sets: x (sets, rows, 2), y (sets, rows)."""
    angle = rng.uniform(0, 2 * math.pi, (DATA_SETS,))
    centre = 2 * torch.stack([angle.cos(), angle.sin()], dim=1)
    turned = torch.stack([-centre[:, 1], centre[:, 0]], dim=1)
    centres = torch.stack([centre, turned, -centre, -turned], dim=1)  # (sets, 4, 2)
    which = rng.integers(0, 4, (DATA_SETS, STEPS * BATCH))
    x = centres.gather(1, which[:, :, None].expand(-1, -1, 2))
    return x + 0.5 * rng.normal(*x.shape), which % 2


def drawn_weights(rng: Rng) -> Tensor:
    """What `nn.Linear` begins with, for a model of each data set: (sets, weights) in one row each."""
    limits = [2**-0.5] * 3 * HIDDEN + [HIDDEN**-0.5] * (2 * HIDDEN + 2)
    return rng.uniform(-1, 1, (DATA_SETS, len(limits))) * torch.tensor(limits)


def gradient(weights: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The mean cross-entropy of each set, (sets,), and its gradient, in the form of the weights."""
    parts = weights.split([2 * HIDDEN, HIDDEN, 2 * HIDDEN, 2], dim=1)
    inner, outer = parts[0].view(-1, 2, HIDDEN), parts[2].view(-1, HIDDEN, 2)
    hidden = torch.baddbmm(parts[1][:, None], x, inner).tanh()  # (sets, rows, hidden)
    logs = torch.baddbmm(parts[3][:, None], hidden, outer).log_softmax(dim=2)
    loss = -logs.gather(2, y[:, :, None]).mean(dim=(1, 2))
    pull = (logs.exp() - torch.nn.functional.one_hot(y, 2)) / y.shape[1]  # (sets, rows, 2)
    back = (pull @ outer.mT) * (1 - hidden.square())
    grads = x.mT @ back, back.sum(dim=1), hidden.mT @ pull, pull.sum(dim=1)
    return loss, torch.cat([grad.flatten(1) for grad in grads], dim=1)


def losses(rng: Rng, config: dict) -> Tensor:
    """The script's training, on all data sets at once: the loss of each step, (steps, sets)."""
    (x, y), weights = drawn_data(rng), drawn_weights(rng)
    speed, found = torch.zeros_like(weights), []
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        loss, grad = gradient(weights, x[:, rows], y[:, rows])
        speed = config["momentum"] * speed + grad + config["weight_decay"] * weights
        rate = config["lr"] * min(1.0, (step + 1) / max(config["warmup"], 1))
        weights = weights - rate * speed
        found.append(loss)
    return torch.stack(found).nan_to_num(nan=math.inf)


def expect_low_end(found: Tensor, settings: str, config: dict) -> None:
    end = found[-LAST:].mean(dim=0).max().item()
    expect(
        end <= END_AT_MOST,
        f"{settings} the mean loss of the last {LAST} steps is {end:.3g}, should be at most {END_AT_MOST}",
        example=config,
    )


@check("form", "`CONFIG` holds four numbers, the same at every look", core=True, points=0, hint=2)
def form(solution: Solution, rng: Rng) -> None:
    expect_equal(config_of(solution), config_of(solution), "`CONFIG` changes")


@check("warm-up", "The warm-up is over after half of the training", core=True, hint=2)
def warm_up(solution: Solution, rng: Rng) -> None:
    warmup = config_of(solution)["warmup"]
    what = f"the learning rate still rises in step {min(warmup, STEPS)} of {STEPS}: `warmup` is {warmup}"
    expect(warmup <= WARMUP_AT_MOST, f"{what}, should be at most {WARMUP_AT_MOST}")


@check("momentum", "Old gradients fade", core=True, hint=2)
def momentum(solution: Solution, rng: Rng) -> None:
    share = config_of(solution)["momentum"]
    left = math.exp(min(STEPS * math.log(share), 700)) if share else 0.0
    what = f"with momentum={share} a gradient still counts {left:.3g} times after {STEPS} steps"
    expect(left <= LEFT_AT_MOST, f"{what}, should be at most {LEFT_AT_MOST} times")


@check("weight-decay", "The weight decay lets the model learn", core=True, hint=2)
def weight_decay(solution: Solution, rng: Rng) -> None:
    config = GOOD | {"weight_decay": config_of(solution)["weight_decay"]}
    settings = f"with weight_decay={config['weight_decay']}, and good other settings,"
    expect_low_end(losses(rng, config), settings, config)


@check(
    "lr",
    "The learning rate is small enough for the loss to stay in sight",
    core=True,
    points=2,
    hint=1,
)
def learning_rate(solution: Solution, rng: Rng) -> None:
    config = repaired(config_of(solution), "lr")
    found = losses(rng, config)
    step = int((found > HIGHEST).any(dim=1).to(torch.int8).argmax())
    loss = found[step].max().item()
    what = f"with lr={config['lr']} and momentum={config['momentum']} the loss jumps to {loss:.3g}"
    expect(
        loss <= HIGHEST,
        f"{what} in step {step + 1}, should never be above {HIGHEST:g}",
        example=config,
    )
    fell = (found[0] - found[-LAST:].mean(dim=0)).min().item()
    what = f"with lr={config['lr']} and momentum={config['momentum']} the loss falls by {fell:.2g} in all"
    expect(
        fell >= FALL,
        f"{what}, should be by {FALL} or more: its steps are too small",
        example=config,
    )


@check(
    "converges",
    "With all four together the loss ends low, on each data set",
    core=True,
    points=2,
    hint=3,
)
def converges(solution: Solution, rng: Rng) -> None:
    config = config_of(solution)
    expect_low_end(losses(rng, config), "with all four settings together", config)
