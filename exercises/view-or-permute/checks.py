from collections.abc import Callable

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
    expect_alike,
    expect_close,
    expect_same,
    in_float64,
)

ROUNDING = 64.0  # rounding errors allowed: any order of adding up

State = dict[str, Tensor]


def channels_first(images: Tensor) -> Tensor:
    return images.permute(0, 3, 1, 2).float() / 255


def patches(x: Tensor, size: int) -> Tensor:
    return torch.nn.functional.unfold(x, size, stride=size).transpose(1, 2)


def mean_of_patches(scores: Tensor, samples: int) -> Tensor:
    return scores.unflatten(0, (samples, -1)).mean(dim=1)


def score_map(scores: Tensor, height: int, width: int, size: int) -> Tensor:
    return scores.transpose(1, 2).unflatten(2, (height // size, width // size))


def probabilities(scores: Tensor) -> Tensor:
    return scores.softmax(dim=1)


def patch_scores(state: State, images: Tensor, size: int) -> Tensor:
    """Scores (N, P, K), in the dtype of the weights."""
    dtype = state["head.bias"].dtype
    x = patches(images.permute(0, 3, 1, 2).to(dtype) / 255, size)
    hidden = torch.relu(x @ state["embed.weight"].T + state["embed.bias"])
    return hidden @ state["head.weight"].T + state["head.bias"]


def drawn_sizes(rng: Rng) -> list[dict[str, int]]:
    """Sizes of several batches of images: not square; one sample, one patch, one channel."""
    found = []
    for kind in ("", "sample", "patch", "channel"):
        size = rng.integer(2, 5)
        short, more = rng.integer(2, 5), rng.integer(1, 3)
        rows, columns = rng.shuffled([short, short + more])
        if kind == "patch":
            rows = columns = 1
        samples = 1 if kind == "sample" else rng.choice([2, 3, 4, 5, 6, 7])
        channels = 1 if kind == "channel" else rng.integer(2, 5)
        found.append({"n": samples, "c": channels, "rows": rows, "columns": columns, "size": size})
    return found


def drawn_images(rng: Rng, n: int, c: int, rows: int, columns: int, size: int) -> Tensor:
    return rng.integers(0, 256, (n, rows * size, columns * size, c)).to(torch.uint8)


def expect_right(solution: Solution, oracle: Callable[..., Tensor], calls: list[tuple]) -> None:
    """Fail unless the function of the oracle's name is right for each of these arguments."""
    name = oracle.__name__
    seen = answers(solution, name, [Call(args) for args in calls])
    for found, (x, *rest) in zip(seen, calls, strict=True):
        right, exact = oracle(x, *rest), oracle(in_float64(x), *rest)
        numbers = "".join(f", {number}" for number in rest)
        what = f"{name} of a tensor {tuple(x.shape)}{numbers} is off{looks(found, right)}"
        example = {"arguments": (x, *rest)}
        expect_alike(found, right, what, exact=exact, factor=ROUNDING, example=example)


def looks(seen: object, right: Tensor) -> str:
    """What an answer seems to be, for a message."""
    if not isinstance(seen, Tensor) or seen.shape != right.shape or seen.dtype != right.dtype:
        return ""
    ones = torch.ones(right.shape[-1])
    if right.dim() == 2 and len(right) > 1 and torch.allclose(seen.sum(dim=0), ones, atol=1e-4):
        return " (each column sums to 1)"
    if right.dim() > 1 and torch.allclose(seen.flatten().sort()[0], right.flatten().sort()[0]):
        return " (all numbers are there, and some are in the wrong place)"
    return ""


def put_model(solution: Solution, state: State, size: int) -> Remote:
    width, values = state["embed.weight"].shape
    classes = len(state["head.bias"])
    model = solution.call_there("PatchNet", values // size**2, size, classes, width)
    model.call_there("load_state_dict", state)
    return model


def drawn_state(rng: Rng, channels: int, size: int) -> State:
    width, values = rng.integer(4, 20), channels * size * size
    shapes = {"embed": (width, values), "head": (rng.integer(2, 7), width)}
    state = {}
    for name, shape in shapes.items():
        state[f"{name}.weight"] = rng.normal(*shape) * 2 / shape[1] ** 0.5
        state[f"{name}.bias"] = rng.normal(shape[0])
    return state


@check("channels-first", "Pixels become (N, C, H, W), and each stays itself", core=True, points=2)
def check_channels_first(solution: Solution, rng: Rng) -> None:
    calls = [(drawn_images(rng, **sizes),) for sizes in drawn_sizes(rng)]
    for (images,) in calls:
        images[0, 0, 0, 0] = rng.integer(150, 200)
        images.clamp_(max=rng.integer(200, 250))  # the largest pixel is not 255
    expect_right(solution, channels_first, calls)


@check("patches", "A patch holds neighbours, and patches go row by row", core=True, points=2)
def check_patches(solution: Solution, rng: Rng) -> None:
    drawn = drawn_sizes(rng)
    calls = [(channels_first(drawn_images(rng, **sizes)), sizes["size"]) for sizes in drawn]
    expect_right(solution, patches, calls)


def expect_apart(pairs: list[tuple[object, object]], what: str) -> None:
    """Fail if the answers for a sample change with the other samples; each pair has the same first."""
    for one, other in pairs:
        if isinstance(one, Tensor) and isinstance(other, Tensor) and one.shape == other.shape:
            same = one.dim() < 2 or torch.allclose(one[0], other[0], rtol=1e-4, atol=1e-4)
            expect(same, f"{what}: what comes out for sample 0 depends on the other samples")


@check(
    "mean-of-patches", "Every sample gets the mean of its own patches", core=True, points=2, hint=2
)
def check_mean(solution: Solution, rng: Rng) -> None:
    calls = [
        (rng.normal(sizes["n"] * sizes["rows"] * sizes["columns"], rng.integer(2, 7)), sizes["n"])
        for sizes in drawn_sizes(rng)
    ]
    asked = []
    for scores, samples in calls:
        for addend in (0.0, 5.0):
            moved = scores.clone()
            moved[len(scores) // samples :] += addend
            asked.append(solution.call_there("mean_of_patches", moved, samples))
    seen = solution.fetch_all(asked)
    expect_apart(list(zip(seen[::2], seen[1::2], strict=True)), "mean_of_patches is off")
    expect_right(solution, mean_of_patches, calls)


@check("score-map", "The map is as high as the image has rows of patches", core=True, hint=2)
def check_map(solution: Solution, rng: Rng) -> None:
    calls = []
    for sizes in drawn_sizes(rng):
        rows, columns, size = (sizes[name] for name in ("rows", "columns", "size"))
        scores = rng.normal(sizes["n"], rows * columns, rng.integer(2, 7))
        calls.append((scores, rows * size, columns * size, size))
    expect_right(solution, score_map, calls)


@check("probabilities", "The probabilities of each sample sum to 1", core=True, hint=2)
def check_probabilities(solution: Solution, rng: Rng) -> None:
    calls = [(rng.normal(rows, rng.integer(2, 7)) * 2,) for rows in (rng.integer(2, 9), 1)]
    expect_right(solution, probabilities, calls)


@check("again", "The same model gives the same for the same images", core=True, points=0)
def again(solution: Solution, rng: Rng) -> None:
    sizes = drawn_sizes(rng)[0]
    images, state = drawn_images(rng, **sizes), drawn_state(rng, sizes["c"], sizes["size"])
    model = put_model(solution, state, sizes["size"])
    first, *others = solution.fetch_all([model.call_there("", images) for _ in range(3)])
    wanted = patch_scores(state, images, sizes["size"]).mean(dim=1)
    for now in others:
        expect_same(now, first, "model(images), asked twice, differs", wanted=wanted)


@check("scores", "With given weights, the model's scores are right", core=True, points=2, hint=3)
def scores(solution: Solution, rng: Rng) -> None:
    cases, asked = [], []
    for sizes in drawn_sizes(rng):
        images, size = drawn_images(rng, **sizes), sizes["size"]
        state = drawn_state(rng, sizes["c"], size)
        others = images.clone()
        others[1:] = 255 - others[1:] // 2
        model = put_model(solution, state, size)
        asked += [model.call_there("", each) for each in (images, others)]
        asked.append(model.call_there("patch_scores", images))
        cases.append((state, images, size))
    seen = solution.fetch_all(asked)
    expect_apart(list(zip(seen[::3], seen[1::3], strict=True)), "model(images) is off")
    for place, (state, images, size) in enumerate(cases):
        right, exact = (patch_scores(each, images, size) for each in (state, in_float64(state)))
        where = f"for images {tuple(images.shape)} and size {size}"
        outcomes = (right.mean(dim=1), exact.mean(dim=1)), (right, exact)
        for offset, words in ((0, "model(images)"), (2, "model.patch_scores(images)")):
            wanted, truth = outcomes[offset // 2]
            what = f"{where}, {words} is off"
            expect_close(seen[3 * place + offset], wanted, what, exact=truth, factor=ROUNDING)


@check("gradients", "Gradients reach all weights of the model", core=True, points=2, hint=3)
def gradients(solution: Solution, rng: Rng) -> None:
    for sizes in drawn_sizes(rng)[:2]:
        images, size = drawn_images(rng, **sizes), sizes["size"]
        state = drawn_state(rng, sizes["c"], size)
        weights = rng.normal(sizes["n"], len(state["head.bias"]))
        model = put_model(solution, state, size)
        loss = model.call_there("", images).call_there("mul", weights).call_there("sum")
        loss.call_there("backward")
        seen = model.fetch_grads()
        found = []
        for each in (state, in_float64(state)):
            leaves = {name: weight.clone().requires_grad_() for name, weight in each.items()}
            out = patch_scores(leaves, images, size).mean(dim=1)
            found.append(torch.autograd.grad((out * weights).sum(), list(leaves.values())))
        for name, right, exact in zip(state, *found, strict=True):
            what = f"the gradient of {name} is off"
            expect(seen.get(name) is not None, f"{what}: there is none")
            expect_close(seen[name], right, what, exact=exact, factor=ROUNDING)
