from dataclasses import dataclass

import torch
from torch import Tensor

import bot.kit as kit
from bot.kit import Remote, Rng, Solution, Value, check, expect, fail

SPLITS = ["train", "val", "test"]


@dataclass
class Sensors:
    """An index and its recordings; `read` is there what a learner's code gets."""

    index: list[tuple]
    data: dict[str, Tensor]
    held: Remote

    @staticmethod
    def drawn(
        solution: Solution, rng: Rng, *, offset: float = 0.0, flat: bool = False
    ) -> "Sensors":
        """Recordings of unequal lengths; each split has other means and deviations."""
        channels = rng.integer(2, 6)
        parts = rng.shuffled([*SPLITS * 2, *(rng.choice(SPLITS) for _ in range(rng.integer(3, 9)))])
        names = [f"run-{number}" for number in rng.permutation(900)[: len(parts)].tolist()]
        index = [(name, rng.integer(0, 100), part) for name, part in zip(names, parts, strict=True)]
        level = {part: place * 3 + rng.normal(channels) for place, part in enumerate(SPLITS)}
        data, still = {}, rng.integer(0, channels)
        for place, (name, _, part) in enumerate(index):
            steps = 1 if place == 1 else rng.integer(2, 30)
            size = rng.magnitude(0.3, 3)
            data[name] = rng.normal(steps, channels) * size + level[part] + rng.normal(1) + offset
            if flat and part == "train":
                data[name][:, still] = 0.0
        held = solution.put_tensor(torch.zeros(1)).get_there("__dict__")
        return Sensors(index, data, held)

    def put(self) -> "Sensors":
        self.held.call_there("update", self.data)
        return self

    def make(self, solution: Solution, split: str, stats: Value = None) -> Remote:
        read = self.held.get_there("__getitem__")
        given = () if stats is None else (stats,)
        return solution.call_there("SensorDataset", self.index, read, split, *given)

    def rows(self, split: str) -> list[tuple]:
        return [(name, label) for name, label, part in self.index if part == split]

    def stats(self, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
        known = torch.cat([self.data[name].to(dtype) for name, _ in self.rows("train")])
        return known.mean(0), known.std(0, correction=0)

    def drawn_stats(self, rng: Rng) -> tuple[Tensor, Tensor]:
        channels = next(iter(self.data.values())).shape[1]
        return rng.normal(channels), rng.uniform(0.3, 3, (channels,))

    def items(self, split: str, stats: tuple[Tensor, Tensor]) -> list[tuple[Tensor, int]]:
        """What the items should be: in float32, or in float64 when `stats` is."""
        mean, std = stats
        std = torch.where(std == 0, 1, std)
        rows = [(self.data[name].to(mean.dtype), label) for name, label in self.rows(split)]
        return [((x - mean) / std, label) for x, label in rows]


def expect_items(
    sensors: Sensors, asked: list[tuple[Remote, str, tuple]], exact: tuple, what: str = "an item"
) -> None:
    """Fail unless these data sets have these items; all of them come in two messages."""
    connection = asked[0][0].connection
    lengths = connection.fetch_all([made.call_there("__len__") for made, _, _ in asked])
    for (_, split, _), length in zip(asked, lengths, strict=True):
        message = f'the length of the split "{split}" is off'
        kit.expect_equal(length, len(sensors.rows(split)), message, example=sensors.index)
    pairs = zip(asked, lengths, strict=True)
    items = [made.call_there("__getitem__", i) for (made, _, _), n in pairs for i in range(n)]
    found = iter(connection.fetch_all(items))
    for (_, split, stats), true in zip(asked, exact, strict=True):
        wanted = zip(sensors.items(split, stats), sensors.items(split, true), strict=True)
        for place, (item, precise) in enumerate(wanted):
            seen = next(found)
            if not isinstance(seen, tuple) or len(seen) != 2:
                fail("an item is not a tuple of a recording and a label", example=seen)
            message = f'{what} of the split "{split}" is off: [{place}]'
            kit.expect_alike(seen, item, message, exact=precise, factor=32, example=sensors.index)


@check("same", "Reading an item changes nothing", core=True, points=0, hint=2)
def same(solution: Solution, rng: Rng) -> None:
    sensors, split = Sensors.drawn(solution, rng), rng.choice(SPLITS)
    there = {name: solution.put_tensor(x) for name, x in sensors.data.items()}
    sensors.held.call_there("update", there)
    made = sensors.make(solution, split, sensors.drawn_stats(rng))
    place = rng.integer(0, 2)
    first, second, *now = solution.fetch_all(
        [*(made.call_there("__getitem__", place) for _ in range(2)), *there.values()]
    )
    message = "the same item is another at the second reading"
    kit.expect_equal(second, first, message, example=sensors.index)
    for seen, x in zip(now, sensors.data.values(), strict=True):
        kit.expect_equal(seen, x, "what `read` returned is another after an item was made of it")


@check("items", "The items of a split, standardised by what is given", core=True, hint=1)
def items(solution: Solution, rng: Rng) -> None:
    sensors = Sensors.drawn(solution, rng).put()
    stats = sensors.drawn_stats(rng)
    asked = [(sensors.make(solution, split, stats), split, stats) for split in rng.shuffled(SPLITS)]
    expect_items(sensors, asked, [kit.in_float64(stats)] * 3)


@check("types", "Recordings of any type give float32", core=True, hint=3)
def types(solution: Solution, rng: Rng) -> None:
    for dtype in rng.shuffled([torch.float64, torch.int16]):
        sensors = Sensors.drawn(solution, rng)
        for name, x in sensors.data.items():
            sensors.data[name] = (x * 20).to(dtype)
        split, stats = rng.choice(SPLITS), sensors.drawn_stats(rng)
        asked = [(sensors.put().make(solution, split, stats), split, stats)]
        expect_items(sensors, asked, [kit.in_float64(stats)], f"with {dtype} recordings, an item")


@check("lazy", "A recording is read when its item is asked for", core=True, points=2, hint=1)
def lazy(solution: Solution, rng: Rng) -> None:
    sensors = Sensors.drawn(solution, rng)
    split, stats = rng.choice(SPLITS), sensors.drawn_stats(rng)
    made = sensors.make(solution, split, stats)  # nothing can be read yet
    asked, exact = [(made, split, stats)], [kit.in_float64(stats)]
    sensors.put()
    expect_items(sensors, asked, exact, "with `read` that works only later, an item")
    asked.append((sensors.make(solution, split, stats), split, stats))
    sensors.data = {name: x + rng.number(1, 2) for name, x in sensors.data.items()}
    sensors.put()
    expect_items(sensors, asked, exact * 2, "after the recordings changed, an item")


def expect_own_stats(solution: Solution, sensors: Sensors, *splits: str) -> None:
    """Fail unless mean and deviation are those of the training split, for each split."""
    wanted, exact = sensors.put().stats(), sensors.stats(torch.float64)
    asked = [(sensors.make(solution, split), split, wanted) for split in splits]
    expect_items(sensors, asked, [exact] * len(splits), "without `stats`, an item")
    for seen in solution.fetch_all([made for made, _, _ in asked], "stats"):
        if not isinstance(seen, (tuple, list)) or len(seen) != 2:
            fail("`stats` is not a pair of two tensors", example=seen)
        mean, std = seen
        kit.expect_alike(mean, wanted[0], "`stats`: the mean is off", exact=exact[0], factor=32)
        if isinstance(std, Tensor) and std.shape == exact[1].shape:
            std = torch.where(exact[1] == 0, 0, std)  # 1 may stand there as well
        kit.expect_alike(std, wanted[1], "`stats`: the std is off", exact=exact[1], factor=32)


@check("statistics", "Mean and std come from all steps of train", core=True, points=2, hint=2)
def statistics(solution: Solution, rng: Rng) -> None:
    expect_own_stats(solution, Sensors.drawn(solution, rng), *rng.shuffled(SPLITS))
    whole = Sensors.drawn(solution, rng)
    whole.data = {name: (x * 20).to(torch.int16) for name, x in whole.data.items()}
    expect_own_stats(solution, whole, rng.choice(SPLITS))


@check("flat", "A channel that never changes is divided by 1", core=True, hint=3)
def flat_channel(solution: Solution, rng: Rng) -> None:
    expect_own_stats(solution, Sensors.drawn(solution, rng, flat=True), *rng.shuffled(SPLITS))


@check("offset", "Readings far from 0 are no problem for the std", core=True, hint=2)
def offset(solution: Solution, rng: Rng) -> None:
    for sign in (-1, 1):
        sensors = Sensors.drawn(solution, rng, offset=sign * rng.number(3500, 5000))
        expect_own_stats(solution, sensors, rng.choice(SPLITS))


def drawn_list(rng: Rng, count: int) -> list[tuple[Tensor, int]]:
    """Items of unequal lengths, two of them at least; no two labels are equal."""
    lengths = [1, 9, *(rng.integer(1, 9) for _ in range(count))][:count]
    labels = rng.permutation(500).tolist()
    channels = rng.integer(1, 5)
    sized = zip(rng.shuffled(lengths), labels, strict=False)
    return [(rng.normal(length, channels), label) for length, label in sized]


def expect_batches(seen: list, items: list, size: int, when: str) -> None:
    """Fail unless these are the batches of the items in this order; exact items in float64."""
    parts = [items[start : start + size] for start in range(0, len(items), size)]
    message = f"{when}, {len(items)} items in batches of {size}: there are {len(seen)} batches"
    expect(len(seen) == len(parts), f"{message}, should be {len(parts)}")
    for place, (batch, part) in enumerate(zip(seen, parts, strict=True)):
        if not isinstance(batch, dict) or set(batch) != {"x", "lengths", "labels"}:
            fail('a batch is not a dict with "x", "lengths" and "labels"', example=batch)
        right = {
            "labels": torch.tensor([label for _, label in part]),
            "lengths": torch.tensor([len(x) for x, _ in part]),
            "x": torch.nn.utils.rnn.pad_sequence([x for x, _ in part], batch_first=True),
        }
        for name, exact in right.items():
            wanted = exact.float() if name == "x" else exact
            what = f'{when}, "{name}" of batch {place + 1} is off'
            kit.expect_alike(batch[name], wanted, what, exact=exact, factor=64, example=part)


@check("batches", "A batch has padded recordings, lengths and labels", core=True, points=2, hint=3)
def batches(solution: Solution, rng: Rng) -> None:
    count = rng.integer(5, 10)
    ragged = next(size for size in (2, 3, 4) if count % size)
    for size in (ragged, 1, count, count + rng.integer(1, 5)):
        data = drawn_list(rng, count)
        made = solution.call_there("make_loader", data, size, False)
        expect_batches(made.fetch_items(count + 1), data, size, "without shuffling")


def order(seen: list) -> list[int]:
    """The labels of an epoch."""
    if not all(
        isinstance(batch, dict) and isinstance(batch.get("labels"), Tensor) for batch in seen
    ):
        fail('a batch is not a dict with a tensor "labels"', example=seen)
    return [label for batch in seen for label in batch["labels"].flatten().tolist()]


@check("shuffle", "Each epoch has all items in an order of its own", core=True, hint=3)
def shuffle(solution: Solution, rng: Rng) -> None:
    count, size = rng.integer(20, 40), rng.integer(3, 8)
    data = drawn_list(rng, count)
    loader = solution.call_there("make_loader", data, size, True, rng.integer(0, 10**6))
    by_label = {label: (x, label) for x, label in data}
    first, second = [], []
    for epoch in (first, second):
        seen = loader.fetch_items(count + 1)
        epoch.extend(order(seen))
        missing = set(by_label) - set(epoch)
        expect(not missing, f"{len(missing)} of {count} items are in no batch of an epoch")
        expect(len(epoch) == count, f"an epoch has {len(epoch)} items, should have {count}")
        expect_batches(seen, [by_label[label] for label in epoch], size, "with shuffling")
        expect(epoch != list(by_label), "with shuffling, an epoch has the order of the data set")
    expect(first != second, "the second epoch has the same order as the first")


@check("seed", "The orders follow from the seed, and from nothing else", core=True, hint=3)
def seed(solution: Solution, rng: Rng) -> None:
    data, number = drawn_list(rng, 30), rng.integer(0, 10**6)
    drawn, found = [], []
    for seed in (number, number, number + 1):
        loader = solution.call_there("make_loader", data, 4, True, seed)
        epochs = []
        for _ in range(2):
            epochs.append(order(loader.fetch_items(40)))
            drawn.append(solution.put_tensor(torch.zeros(4)).call("uniform_").tolist())
        found.append(epochs)
    expect(found[0] == found[1], "the same seed gave other orders")
    expect(found[0] != found[2], "another seed gave the same orders")
    again = drawn[:2] == drawn[2:4] or drawn[0] == drawn[1]
    expect(not again, "after the same seed torch draws the same numbers again: its seed was set")


@check("whole", "The data set and the loader work together", core=True, points=2, hint=3)
def whole(solution: Solution, rng: Rng) -> None:
    sensors = Sensors.drawn(solution, rng).put()
    train = sensors.make(solution, "train")
    other = sensors.make(solution, "test", train.get_there("stats"))
    for split, made in (("train", train), ("test", other)):
        size, right = rng.integer(1, 4), sensors.items(split, sensors.stats(torch.float64))
        seen = solution.call_there("make_loader", made, size, False).fetch_items(99)
        expect_batches(seen, right, size, f'with the split "{split}"')
