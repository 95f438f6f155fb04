import random

import torch
from torch import Tensor


class SensorDataset(torch.utils.data.Dataset):
    def __init__(self, index, read, split, stats=None):
        self._read = read
        self._rows = [row for row in index if row[2] == split]
        self.stats = self._of_train(index) if stats is None else stats

    def _of_train(self, index):
        total, count = 0.0, 0
        names = [name for name, _, part in index if part == "train"]
        for name in names:
            x = self._read(name).to(torch.float64)
            total, count = total + x.sum(0), count + x.size(0)
        mean = total / count
        squares = sum(((self._read(name).double() - mean) ** 2).sum(0) for name in names)
        return mean.float(), (squares / count).sqrt().float()

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, i):
        name, label, _ = self._rows[i]
        mean, std = self.stats
        divisor = std.clone()
        divisor[divisor == 0] = 1
        return ((self._read(name).float() - mean) / divisor), label


class Loader:
    def __init__(self, dataset, size, shuffle, seed):
        self.dataset, self.size = dataset, size
        self.random = random.Random(seed) if shuffle else None

    def __len__(self):
        return -(-len(self.dataset) // self.size)

    def __iter__(self):
        order = list(range(len(self.dataset)))
        if self.random is not None:
            self.random.shuffle(order)
        for start in range(0, len(order), self.size):
            yield self.batch([self.dataset[i] for i in order[start : start + self.size]])

    def batch(self, items) -> dict[str, Tensor]:
        lengths = torch.tensor([x.shape[0] for x, _ in items])
        out = torch.zeros(len(items), int(lengths.max()), items[0][0].shape[1])
        for row, (x, _) in enumerate(items):
            out[row, : len(x)] = x
        return {"x": out, "lengths": lengths, "labels": torch.tensor([y for _, y in items])}


def make_loader(dataset, batch_size, shuffle, seed=0):
    return Loader(dataset, batch_size, shuffle, seed)
