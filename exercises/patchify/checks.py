import torch
from torch.nn import functional as F

from bot.kit import (
    Call,
    Rng,
    Solution,
    answers,
    check,
    expect_answers,
    expect_equal,
    expect_form,
    expect_gradients,
    expect_raises,
    expect_same,
)


def cut(x, p):
    """Patches by slicing, one by one."""
    tiles = [
        x[:, :, i : i + p, j : j + p].flatten(1)
        for i in range(0, x.shape[2], p)
        for j in range(0, x.shape[3], p)
    ]
    return torch.stack(tiles, 1)


def joined(patches, p, height, width):
    columns = width // p
    tiles = patches.unflatten(2, (-1, p, p)).unbind(1)
    rows = [torch.cat(tiles[at : at + columns], 3) for at in range(0, len(tiles), columns)]
    return torch.cat(rows, 2)


def resized(positions, old, new):
    grid = positions[:, 1:].unflatten(1, tuple(old)).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=tuple(new), mode="bilinear", align_corners=False)
    return torch.cat([positions[:, :1], grid.flatten(2).transpose(1, 2)], 1)


def images(
    rng: Rng, *, channels: int = 0, batch: int = 0, square=False, dtype=torch.float32
) -> tuple:
    """Images, mostly no squares, and the side of their patches."""
    p = rng.integer(2, 9)
    rows, columns = rng.shuffled([rng.integer(1, 5), rng.integer(5, 10)])
    columns = rows if square else columns
    shape = batch or rng.integer(2, 5), channels or rng.integer(2, 5)
    return rng.normal(*shape, rows * p, columns * p, dtype=dtype), p


def grid(rng: Rng, dtype=torch.float32) -> tuple:
    old = rng.shuffled([rng.integer(2, 7), rng.integer(7, 15)])
    new = rng.shuffled([rng.integer(1, 7), rng.integer(15, 20)])
    return (
        rng.normal(1, 1 + old[0] * old[1], rng.integer(2, 6), dtype=dtype),
        tuple(old),
        tuple(new),
    )


def said(x, p) -> str:
    return f"for images of shape {tuple(x.shape)} and patches of {p} × {p}"


def cutting(rng: Rng, **drawn) -> Call:
    x, p = images(rng, **drawn)
    return Call([x, p], when=said(x, p))


def joining(rng: Rng, **drawn) -> Call:
    x, p = images(rng, **drawn)
    return Call([cut(x, p), p, *x.shape[2:]], when=said(x, p))


def resizing(rng: Rng, dtype=torch.float32) -> Call:
    positions, old, new = grid(rng, dtype)
    return Call([positions, old, new], when=f"from {old} to {new}")


@check("again", "The same call does the same, however often", core=True, points=0, hint=1)
def again(solution: Solution, rng: Rng) -> None:
    for name, oracle, call in (
        ("patchify", cut, cutting(rng, square=True)),
        ("unpatchify", joined, joining(rng, square=True)),
        ("resize_positions", resized, resizing(rng)),
    ):
        first, seen = answers(solution, name, [call, call])
        message = f"{name}, called twice with the same, differs the second time"
        expect_same(seen, first, message, wanted=call.right(oracle))


@check("one-patch", "A patch holds channels, then rows, then columns", core=True, points=2, hint=1)
def one_patch(solution: Solution, rng: Rng) -> None:
    calls = []
    for channels in (1, rng.integer(2, 6)):
        p = rng.integer(2, 9)
        x = rng.normal(rng.integer(2, 5), channels, p, p)
        calls.append(Call([x, p], when=said(x, p)))
    expect_answers(solution, "patchify", calls, cut, "the numbers inside a patch are off")


@check("order", "Patches come row by row", core=True, points=3, hint=2)
def order(solution: Solution, rng: Rng) -> None:
    calls = [cutting(rng), cutting(rng), cutting(rng, batch=1), cutting(rng, channels=1)]
    calls.append(cutting(rng, dtype=torch.float64))
    pixels = rng.normal(rng.integer(1, 4), rng.integer(2, 5), rng.integer(1, 4), rng.integer(4, 9))
    calls.append(Call([pixels, 1], when=said(pixels, 1)))
    what = "the patches, or what is in them, come in another order"
    expect_answers(solution, "patchify", calls, cut, what)


@check("way-back", "unpatchify gives the image back", core=True, points=3, hint=2)
def way_back(solution: Solution, rng: Rng) -> None:
    calls = [joining(rng), joining(rng), joining(rng, batch=1), joining(rng, channels=1)]
    calls.append(joining(rng, dtype=torch.float64))
    expect_answers(solution, "unpatchify", calls, joined, "the image is off")


@check("class-token", "The class token's position stays", core=True, points=2, hint=3)
def class_token(solution: Solution, rng: Rng) -> None:
    calls = [resizing(rng), resizing(rng, torch.float64)]
    for seen, call in zip(answers(solution, "resize_positions", calls), calls):
        expect_form(seen, call.right(resized), call.message("the new positions are off"))
        token = call.args[0][:, 0]
        expect_equal(seen[:, 0], token, call.message("position 0 is not what it was"))


@check("positions", "The grid is resized like an image", core=True, points=3, hint=3)
def positions(solution: Solution, rng: Rng) -> None:
    calls = [resizing(rng) for _ in range(3)] + [resizing(rng, torch.float64)]
    expect_answers(solution, "resize_positions", calls, resized, "the new positions are off")


@check("same-grid", "The same grid changes nothing", core=True, points=0, hint=3)
def same_grid(solution: Solution, rng: Rng) -> None:
    given, old, _ = grid(rng)
    calls = [Call([given, old, old]), Call([given, list(old), old])]
    for seen in answers(solution, "resize_positions", calls):
        expect_equal(seen, given, f"from {old} to {old}, a position changed")


@check("refused", "What does not fit raises ValueError", core=True, hint=1)
def refused(solution: Solution, rng: Rng) -> None:
    x, p = images(rng)
    step = rng.integer(2, 4)  # its square divides the area where it does not divide the sides
    area = rng.normal(1, 1, step * step * rng.integer(2, 5), rng.integer(1, 4) * step * step + 1)
    cases = [("H", x[:, :, 1:], p), ("W", x[:, :, :, 1:], p), ("W", area, step)]
    cases.append(("H", area.transpose(2, 3), step))
    for name, other, size in cases:
        call = f"patchify, where {size} does not divide {name} in {tuple(other.shape)}"
        expect_raises(lambda: solution.call("patchify", other, size), "ValueError", call)
    patches = cut(x, p)
    height, width = x.shape[2:]
    for name, *size in (("more rows", height + p, width), ("more columns", height, width + p)):
        call = f"unpatchify, where the image has {name} than patches"
        asked = [patches, p, *size]
        expect_raises(lambda: solution.call("unpatchify", *asked), "ValueError", call)


@check("inputs", "What it is given stays as it is", core=True, points=0, hint=2)
def inputs(solution: Solution, rng: Rng) -> None:
    for name, call in (
        ("patchify", cutting(rng)),
        ("unpatchify", joining(rng)),
        ("resize_positions", resizing(rng)),
    ):
        given = solution.put_tensor(call.args[0])
        solution.call(name, given, *call.args[1:])
        expect_equal(given.fetch(), call.args[0], f"{name} changes what it is given")


@check("gradients", "Gradients go through all three", core=True, points=2, hint=2)
def gradients(solution: Solution, rng: Rng) -> None:
    what = "the gradient of what it is given is off"
    for name, oracle, call in (
        ("patchify", cut, cutting(rng)),
        ("unpatchify", joined, joining(rng)),
        ("resize_positions", resized, resizing(rng)),
    ):
        calls = [Call(call.args, when=f"in {name}, {call.when}")]
        expect_gradients(solution, name, calls, oracle, what=what)
