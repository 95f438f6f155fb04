from dataclasses import dataclass

import torch
from torch import Tensor

from bot.kit import (
    Remote,
    Rng,
    Solution,
    Value,
    check,
    expect,
    expect_close,
    expect_equal,
    expect_form,
    expect_within,
    fail,
)

BRIGHTER = 0.2
NEAR = 1e-4
CALLS = 80


@dataclass
class Case:
    """What one call gets. Each row has a label of its own, so that a label tells the row."""

    images: Tensor
    labels: Tensor
    sources: Tensor
    share: float
    seed: int
    held_out: int

    @staticmethod
    def drawn(rng: Rng, giant: bool = False, off: float = 0.0) -> "Case":
        """Some photos; with `giant`, one has most of the rows, and the others have one each."""
        count = rng.integer(8, 15)
        ids = rng.shuffled([*range(-900, -20), *range(20, 900)])[:count]
        copies = [1, 3, *(rng.integer(2, 6) for _ in range(count - 2))]
        copies = [3 * count, *[1] * (count - 1)] if giant else copies
        pairs = zip(ids, rng.shuffled(copies), strict=True)
        sources = torch.tensor(rng.shuffled([one for one, times in pairs for _ in range(times)]))
        shape = [len(sources), rng.integer(2, 4), rng.integer(3, 6), rng.integer(3, 6)]
        bright = {one: rng.number(0, 9) for one in ids}  # so that each split has other numbers
        shift = torch.tensor([bright[one] for one in sources.tolist()]).view(-1, 1, 1, 1)
        labels = rng.permutation(500)[: len(sources)]
        held_out = rng.integer(2, count - 3)
        share = (held_out + (off or rng.number(-0.4, 0.4))) / count
        images = rng.uniform(0, 1, shape) + shift.float()
        return Case(images, labels, sources, share, rng.integer(0, 10**6), held_out)

    def split(self, solution: Solution, images: object = None, seed: int | None = None) -> Remote:
        images = self.images if images is None else images
        seed = self.seed if seed is None else seed
        return solution.call_there("split", images, self.labels, self.sources, self.share, seed)

    def row(self, label: int) -> int:
        places = (self.labels == label).nonzero()
        expect(len(places) == 1, f"an item has the label {label}, which no row has")
        return int(places[0])

    def photos(self, rows: list[int]) -> set[int]:
        return set(self.sources[rows].tolist())

    def shown(self) -> dict:
        return {"sources": self.sources, "share": self.share, "seed": self.seed}

    def standardised(self, rows: list[int], train: list[int], dtype: torch.dtype) -> Tensor:
        images = self.images.to(dtype)
        return (images[rows] - images[train].mean()) / images[train].std()


@dataclass
class Side:
    """One of the two sets: which rows it has, and their images (readings, rows, C, H, W)."""

    rows: list[int]
    images: Tensor


def read(solution: Solution, case: Case, made: Remote, readings: int = 1) -> list[Side]:
    """Both sets, each item so many times."""
    sets = [made.call_there("__getitem__", place) for place in (0, 1)]
    lengths = solution.fetch_all([one.call_there("__len__") for one in sets])
    for name, length in zip(("train", "val"), lengths, strict=True):
        allowed = isinstance(length, int) and 0 < length <= 2 * len(case.labels)
        expect(allowed, f"len({name}) is {length}, of {len(case.labels)} rows in all")
    asked = [(one, i) for one, n in zip(sets, lengths, strict=True) for i in range(n)]
    items = [one.call_there("__getitem__", i) for _ in range(readings) for one, i in asked]
    found = [plain(item, case) for item in solution.fetch_all(items)]
    sides, start, step = [], 0, len(asked)
    for length in lengths:
        times = [found[step * i + start : step * i + start + length] for i in range(readings)]
        images = torch.stack([torch.stack([image for image, _ in time]) for time in times])
        sides.append(Side([case.row(label) for _, label in times[0]], images))
        start += length
    return sides


def plain(item: Value, case: Case) -> tuple[Tensor, int]:
    if not isinstance(item, (tuple, list)) or len(item) != 2:
        fail("an item is not a pair of an image and a label", example=item)
    image, label = item
    expect_form(image, case.images[0], "the image of an item is off")
    label = label.item() if isinstance(label, Tensor) and label.numel() == 1 else label
    expect(type(label) is int, "the label of an item is no whole number", example=label)
    return image, label


@check("seed", "The seed alone decides which rows are on which side", core=True, hint=1)
def seed(solution: Solution, rng: Rng) -> None:
    case = Case.drawn(rng)
    sides = [read(solution, case, case.split(solution)) for _ in range(3)]
    found = [set(val.rows) for _, val in sides]
    message = "the same seed gave two different splits"
    expect(found[0] == found[1] == found[2], message, example=case.shown())
    others = [case.split(solution, seed=case.seed + place) for place in range(1, 6)]
    found += [set(read(solution, case, made)[1].rows) for made in others]
    different = any(other != found[0] for other in found)
    expect(different, "six different seeds gave the same split", example=case.shown())


@check("sources", "All rows of a photo are on the same side", core=True, points=2, hint=2)
def sources(solution: Solution, rng: Rng) -> None:
    for case in (Case.drawn(rng), Case.drawn(rng)):
        train, val = read(solution, case, case.split(solution))
        both = sorted(case.photos(train.rows) & case.photos(val.rows))
        message = f"{len(both)} photos have rows on both sides, {both[:1]} for example"
        expect(not both, message, example=case.shown())


@check("sizes", "Each row is used once, and the share counts photos", core=True, hint=2)
def sizes(solution: Solution, rng: Rng) -> None:
    offs = [-rng.number(0.2, 0.4), rng.number(0.2, 0.4)] * 3
    for case in [Case.drawn(rng, place > 1, off) for place, off in enumerate(offs)]:
        train, val = read(solution, case, case.split(solution))
        rows, all_of_them = sorted(train.rows + val.rows), len(case.labels)
        twice = len(rows) - len(set(rows))
        expect(not twice, f"{twice} rows are there more than once", example=case.shown())
        missing = all_of_them - len(rows)
        expect(not missing, f"{missing} of {all_of_them} rows are in no set", example=case.shown())
        count, wanted = len(case.photos(val.rows)), case.held_out
        message = f"`val` has {count} photos, should have {wanted}"
        expect(count == wanted, message, example=case.shown())


@check("augment", "`augment` mirrors and brightens, in a new tensor", core=True, hint=3)
def augment(solution: Solution, rng: Rng) -> None:
    image = rng.uniform(0, 1, (rng.integer(1, 4), rng.integer(3, 6), rng.integer(3, 6)))
    there = [solution.put_tensor(image) for _ in range(CALLS)]
    made = [solution.call_there("augment", one) for one in there]
    found = solution.fetch_all([*made, *there])
    for after in found[CALLS:]:
        expect_equal(after, image, "after the call the image that was given is another")
    for seen in found[:CALLS]:
        expect_form(seen, image, "what `augment` returned is off")
    expect_variants(
        torch.stack(found[:CALLS]), image.expand(CALLS, *image.shape), "what it returned"
    )


def expect_variants(seen: Tensor, stored: Tensor, what: str) -> None:
    """Fail unless these (N, C, H, W) are mirrored or not, each brightened by its own number."""
    plain_moved, mirrored_moved = seen - stored, seen - stored.flip(-1)
    plain_spread, mirrored_spread = (
        (moved - moved.mean((1, 2, 3), keepdim=True)).abs().amax((1, 2, 3))
        for moved in (plain_moved, mirrored_moved)
    )
    mirrored = mirrored_spread < plain_spread
    spread = torch.where(mirrored, mirrored_spread, plain_spread)
    moved = torch.where(mirrored, mirrored_moved.mean((1, 2, 3)), plain_moved.mean((1, 2, 3)))
    message = f"{what} is not the image, mirrored or not, with one number added to all its pixels"
    expect(bool((spread < NEAR).all()), message, example=seen[int(spread.argmax())])
    far = moved.abs().max().item()
    message = f"{what} is brighter or darker by {far:.3g}, should be at most {BRIGHTER}"
    expect(far < BRIGHTER + NEAR, message)
    times = int(mirrored.sum())
    message = f"{times} of {len(seen)} times {what} was mirrored, should be about half"
    few = 0.2 * len(seen) if len(seen) >= CALLS else 1
    expect(few <= times <= len(seen) - few, message)
    alike = len(seen) - len(moved.unique())
    expect(alike < len(seen) / 4, f"{what} is brighter by the same number again and again")
    expect(float(moved.max() - moved.min()) > 0.1, f"{what} is always about as bright")


@check("changes", "Training items are augmented anew at each reading", core=True, points=2, hint=1)
def changes(solution: Solution, rng: Rng) -> None:
    case = Case.drawn(rng)
    train, _ = read(solution, case, case.split(solution), 3)
    first, second, third = train.images
    alike = [
        (one - other).abs().amax((1, 2, 3)) == 0
        for one, other in ((first, second), (second, third))
    ]
    count = int((alike[0] & alike[1]).sum())
    message = f"{count} of {len(first)} items of `train` were the same at three readings"
    expect(count == 0, message, example=case.shown())


@check("still", "Validation items are the stored images", core=True, points=0, hint=1)
def still(solution: Solution, rng: Rng) -> None:
    case = Case.drawn(rng)
    _, val = read(solution, case, case.split(solution), 3)
    message = "an item of `val` is another at the next reading"
    for seen in val.images[1:]:
        expect_equal(seen, val.images[0], message, example=case.shown())
    # Whatever the two numbers are: one line leads from all stored pixels to all of these.
    stored, seen = case.images[val.rows].double(), val.images[0].double()
    line = torch.stack([stored.flatten(), torch.ones(stored.numel(), dtype=torch.float64)], dim=1)
    fit = torch.linalg.lstsq(line, seen.reshape(-1, 1)).solution
    wanted = (line @ fit).reshape(seen.shape)
    message = "the images of `val` are not the stored ones, all standardised alike"
    expect_within(seen, wanted, 1e-3 * float(seen.abs().max()), message, example=case.shown())


@check("statistics", "Mean and deviation come from the training rows", core=True, points=2, hint=2)
def statistics(solution: Solution, rng: Rng) -> None:
    for case in (Case.drawn(rng), Case.drawn(rng)):
        train, val = read(solution, case, case.split(solution))
        wanted, exact = (
            case.standardised(val.rows, train.rows, dtype)
            for dtype in (torch.float32, torch.float64)
        )
        message = "an item of `val` is off, with the numbers of the training rows"
        expect_close(val.images[0], wanted, message, exact=exact, example=case.shown())


@check("training", "Training items are the stored images, augmented", core=True, points=2, hint=3)
def training(solution: Solution, rng: Rng) -> None:
    case = Case.drawn(rng)
    train, _ = read(solution, case, case.split(solution), 6)
    known = case.images[train.rows]
    seen = train.images * known.std() + known.mean()
    stored = known.expand(6, *known.shape)
    expect_variants(seen.flatten(0, 1), stored.flatten(0, 1), "an item of `train`, undone,")


@check("untouched", "The data and torch's random numbers stay", core=True, points=0, hint=3)
def untouched(solution: Solution, rng: Rng) -> None:
    case = Case.drawn(rng)
    images = solution.put_tensor(case.images)
    drawn = []
    for _ in range(2):
        made = case.split(solution, images)
        drawn += [made, solution.put_tensor(torch.zeros(4)).call_there("uniform_")]
        for side in (0, 1):
            made.call_there("__getitem__", side).call_there("__getitem__", 0)
        drawn.append(solution.put_tensor(torch.zeros(4)).call_there("uniform_"))
    first, read_first, second, read_second = solution.fetch_all(
        [drawn[1], drawn[2], drawn[4], drawn[5]]
    )
    again = torch.equal(first, second) or torch.equal(read_first, read_second)
    expect(
        not again, "after the same call torch draws the same random numbers again: it was seeded"
    )
    read(solution, case, made, 3)
    expect_equal(images.fetch(), case.images, "after items were read, `images` is another")
