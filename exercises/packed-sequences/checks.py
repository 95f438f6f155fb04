from dataclasses import dataclass

import torch
from torch.nn.utils.rnn import pad_sequence

from bot.kit import Rng, Solution, check, expect_close, expect_raises, expect_same, in_float64

PARTS = "states", "mean", "final"
STATES, MEAN, FINAL = range(3)
ROUNDING = 64.0  # rounding errors allowed: any order of adding up, step by step or all at once


@dataclass(frozen=True)
class Case:
    """Sequences, the weights that encode them, what a model is made with, and the case in words."""

    sequences: list
    state: dict
    sizes: tuple
    when: str

    def right(self, state: dict) -> tuple:
        """What is right for each sequence alone, put together: states, mean and final."""
        alone = [self.alone(ids, *state.values()) for ids in self.sequences]
        states = pad_sequence([part[0] for part in alone], batch_first=True)
        return states, *(torch.stack([part[place] for part in alone]) for place in (1, 2))

    def alone(self, ids: torch.Tensor, words: torch.Tensor, *weights: torch.Tensor) -> tuple:
        x, start = words[ids][:, None], words.new_zeros(2, 1, self.sizes[2])  # (L, 1, E)
        if not len(ids):
            return words.new_zeros(0, start.numel()), start.flatten(), start.flatten()
        states, final = torch.gru(x, start, weights, True, 1, 0.0, False, True, False)
        return states[:, 0], states.mean((0, 1)), final.flatten()

    def asked(self, solution: Solution) -> tuple:
        """A model with these weights, and its answer; both stay there."""
        model = solution.call_there("Encoder", *self.sizes)
        model.call_there("double" if "float64" in self.when else "float")
        model.call_there("load_state_dict", self.state)
        return model, model.call_there("", self.sequences)

    def grads(self, ups: list) -> dict:
        """The gradients of all weights, where `ups` are those of the three parts."""
        dtype = ups[0].dtype
        leaves = {name: w.to(dtype, copy=True).requires_grad_() for name, w in self.state.items()}
        total = sum((part * up).sum() for part, up in zip(self.right(leaves), ups))
        return dict(zip(leaves, torch.autograd.grad(total, [*leaves.values()])))


def drawn(rng: Rng, lengths: list, *, hidden: int = 0, dtype: torch.dtype = torch.float32) -> Case:
    """Random weights, and sequences of these lengths: each that is not empty has word 0 in it."""
    vocab, emb, hidden = rng.integer(2, 30), rng.integer(1, 9), hidden or rng.integer(2, 9)
    state = {"embedding.weight": rng.normal(vocab, emb, dtype=dtype)}
    for name, weight in torch.nn.GRU(emb, hidden, bidirectional=True).state_dict().items():
        state[f"gru.{name}"] = rng.normal(*weight.shape, dtype=dtype) / hidden**0.5
    sequences = [rng.integers(0, vocab, (length,)) for length in lengths]
    for ids in filter(len, sequences):
        ids[rng.integer(0, len(ids))] = 0
    shown = f"{str(lengths[:9])[:-1]}{', …' if lengths[9:] else ''}]"
    return Case(sequences, state, (vocab, emb, hidden), f"in {str(dtype)[6:]}, lengths {shown}")


def unequal(rng: Rng, count: int) -> list:
    """So many lengths in random order, no two alike."""
    return [1 + 2 * place + rng.integer(0, 2) for place in rng.permutation(count).tolist()]


def mixed(rng: Rng) -> list:
    """Cases of one sequence, of equal lengths, of all different ones, and of many."""
    many = [rng.integer(1, 30) for _ in range(rng.integer(10, 25))]
    some = [[rng.integer(2, 9)], [rng.integer(2, 9)] * rng.integer(2, 5), unequal(rng, 6), many]
    return [drawn(rng, lengths) for lengths in some]


def expect_parts(solution: Solution, cases: list, *places: int) -> None:
    """Fail unless these parts are what each sequence gets alone."""
    answers = [case.asked(solution)[1] for case in cases]
    parts = [answer.call_there("__getitem__", place) for answer in answers for place in places]
    seen = iter(solution.fetch_all(parts))
    for case in cases:
        rights, exacts = case.right(case.state), case.right(in_float64(case.state))
        for place, found in zip(places, seen):
            right, exact, told = rights[place], exacts[place], f"{case.when}, {PARTS[place]} is off"
            expect_close(found, right, told, exact=exact, factor=ROUNDING, example=case.sequences)


@check("again", "The same call gives the same again", core=True, points=0, hint=1)
def again(solution: Solution, rng: Rng) -> None:
    case = drawn(rng, [rng.integer(2, 9)] * rng.integer(2, 6))
    model, first = case.asked(solution)
    for between in (case.sequences[1:], case.sequences):  # one fewer, and as many
        model.call_there("", [ids.flip(0)[1:] for ids in between])
    model.call_there(rng.choice(["train", "eval"]))
    answers = first, model.call_there("", case.sequences)
    for place, wanted in enumerate(case.right(case.state)):
        seen = solution.fetch_all([part.call_there("__getitem__", place) for part in answers])
        expect_same(*seen, "the same sequences give something else", wanted=wanted)


@check("equal", "Sequences of equal length get the states of the GRU", core=True, hint=1)
def equal(solution: Solution, rng: Rng) -> None:
    count, length = rng.integer(3, 8), rng.integer(20, 40)
    asked = [[3], [1], [length], *([n] * count for n in (count + 2, count, 1))]
    expect_parts(solution, [drawn(rng, some) for some in asked], STATES)


@check("neighbours", "Neither padding nor a longer neighbour leaks", core=True, points=2, hint=1)
def neighbours(solution: Solution, rng: Rng) -> None:
    falling = sorted(unequal(rng, rng.integer(3, 7)), reverse=True)
    asked = falling, [rng.integer(30, 60), *falling]
    expect_parts(solution, [drawn(rng, some) for some in asked], STATES)


@check("order", "Row i belongs to sequence i", core=True, points=2, hint=2)
def order(solution: Solution, rng: Rng) -> None:
    rising = sorted(unequal(rng, rng.integer(4, 8)))
    turned = [*rising[1:-1], rising[0], rising[-1]]  # it is not what sorting it twice gives
    many = [rng.integer(1, 9) for _ in range(rng.integer(20, 60))]
    expect_parts(solution, [drawn(rng, some) for some in (turned, rising, many)], STATES)


@check("mean", "The mean is over a sequence's own words", core=True, points=2, hint=2)
def mean(solution: Solution, rng: Rng) -> None:
    expect_parts(solution, mixed(rng), MEAN)


@check("final", "Each direction ends at its own last word", core=True, points=2, hint=2)
def final(solution: Solution, rng: Rng) -> None:
    expect_parts(solution, mixed(rng), FINAL)


@check("empty", "An empty sequence gets zeros, and changes nothing", core=True, points=2, hint=3)
def empty(solution: Solution, rng: Rng) -> None:
    some, none = unequal(rng, rng.integer(2, 6)), [0] * rng.integer(1, 5)
    asked = (rng.shuffled([*some, 0, 0]), [*some, 0], [0, *some], none)
    expect_parts(solution, [drawn(rng, some) for some in asked], STATES, MEAN, FINAL)
    model, _ = drawn(rng, some).asked(solution)
    expect_raises(lambda: model.call("", []), "ValueError", "model([])")


@check("forms", "Other sizes and float64 work, too", core=True, hint=3)
def forms(solution: Solution, rng: Rng) -> None:
    asked = unequal(rng, rng.integer(2, 7)), [0, 3, 0]
    double = [drawn(rng, lengths, dtype=torch.float64) for lengths in asked]
    sizes = [drawn(rng, unequal(rng, 3), hidden=hidden) for hidden in (1, rng.integer(20, 70))]
    expect_parts(solution, sizes + double, STATES, MEAN, FINAL)


@check("gradients", "Gradients are those of each sequence alone", core=True, points=2, hint=3)
def gradients(solution: Solution, rng: Rng) -> None:
    for lengths in (unequal(rng, rng.integer(3, 6)), rng.shuffled([*unequal(rng, 4), 0])):
        case = drawn(rng, lengths)
        ups = [rng.normal(*part.shape) for part in case.right(case.state)]
        model, answer = case.asked(solution)
        parts = [answer.call_there("__getitem__", place) for place in range(3)]
        sums = [part.call_there("mul", up).call_there("sum") for part, up in zip(parts, ups)]
        sums[0].call_there("add", sums[1]).call_there("add", sums[2]).call_there("backward")
        found, exact = model.fetch_grads(), case.grads(in_float64(ups))
        for name, right in case.grads(ups).items():
            told = f"{case.when}, the gradient of {name} is off"
            expect_close(found.get(name), right, told, exact=exact[name], factor=ROUNDING)
