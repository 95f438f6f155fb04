import torch
from torch.utils.data import DataLoader, Dataset, Sampler


class SensorDataset(Dataset):
    def __init__(self, index, read, split, stats=None):
        self.index = [(n, l) for n, l, s in index if s == split]
        self.read = read
        if not stats:
            steps = [read(n) for n, l, s in index if s == "train"]
            steps = torch.vstack([x.to(torch.float64) for x in steps])
            std, mean = torch.std_mean(steps, dim=0, unbiased=False)
            stats = mean.float(), std.float()
        self.stats = stats

    def __len__(self):
        return len(self.index)

    def __getitem__(self, i):
        n, l = self.index[i]
        mean, std = self.stats
        x = self.read(n).clone().float()
        x -= mean
        x /= std.masked_fill(std == 0, 1.0)
        return x, l


class Shuffled(Sampler):
    def __init__(self, count, seed):
        self.count = count
        self.g = torch.Generator().manual_seed(seed)

    def __len__(self):
        return self.count

    def __iter__(self):
        return iter(torch.randperm(self.count, generator=self.g).tolist())


class Collate:
    def __call__(self, batch):
        xs = [b[0] for b in batch]
        lengths = torch.tensor([x.shape[0] for x in xs])
        mask = torch.arange(int(lengths.max())) < lengths[:, None]
        x = torch.zeros(*mask.shape, xs[0].shape[1])
        x[mask] = torch.cat(xs)
        return {"x": x, "lengths": lengths, "labels": torch.tensor([b[1] for b in batch])}


def make_loader(dataset, batch_size, shuffle, seed=0):
    sampler = Shuffled(len(dataset), seed) if shuffle else None
    return DataLoader(dataset, batch_size=batch_size, sampler=sampler, collate_fn=Collate())
