import torch
from torch.utils.data import DataLoader, Dataset, Subset


class SensorDataset(Dataset):
    def __init__(self, index, read, split, stats=None):
        self.kept = {}
        for name, label, part in index:
            self.kept.setdefault(part, []).append((name, label))
        self.split, self.read = split, read
        if stats is None:
            parts = [read(name).double() for name, _ in self.kept["train"]]
            weights = torch.tensor([len(x) for x in parts], dtype=torch.float64)
            weights = (weights / weights.sum())[:, None]
            means = torch.stack([x.mean(0) for x in parts])
            spreads = torch.stack([x.var(0, unbiased=False) for x in parts])
            mean = (weights * means).sum(0)
            std = (weights * (spreads + (means - mean) ** 2)).sum(0).sqrt()
            stats = (mean.float(), std.float())
        self.stats = tuple(stats)

    def __len__(self):
        return len(self.kept.get(self.split, []))

    def __getitem__(self, i):
        name, label = self.kept[self.split][i]
        mean, std = self.stats
        std = torch.where(std.eq(0), 1.0, std)
        return torch.addcdiv(-mean / std, self.read(name).float(), std), label


class Loader:
    def __init__(self, dataset, batch_size, order):
        self.dataset, self.batch_size, self.order = dataset, batch_size, order

    def __iter__(self):
        part = Subset(self.dataset, self.order())
        return iter(DataLoader(part, self.batch_size, collate_fn=self.collate))

    @staticmethod
    def collate(items):
        xs, ys = zip(*items)
        nested = torch.nested.nested_tensor(list(xs))
        return {
            "x": nested.to_padded_tensor(0.0),
            "lengths": torch.tensor([len(x) for x in xs]),
            "labels": torch.tensor(ys),
        }


def make_loader(dataset, batch_size, shuffle, seed=0):
    generator = torch.Generator().manual_seed(seed)
    count = len(dataset)
    if shuffle:
        return Loader(
            dataset, batch_size, lambda: torch.randperm(count, generator=generator).tolist()
        )
    return Loader(dataset, batch_size, lambda: list(range(count)))
