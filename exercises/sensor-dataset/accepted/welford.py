import torch
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, SequentialSampler


def running(recordings):
    """Mean and std of all steps, joined recording by recording (Chan's rule)."""
    count, mean, squares = 0, None, None
    for x in recordings:
        x = x.double()
        n, m, s = len(x), x.mean(dim=0), x.var(dim=0, correction=0) * len(x)
        if mean is None:
            count, mean, squares = n, m, s
            continue
        delta = m - mean
        squares = squares + s + delta**2 * count * n / (count + n)
        mean = mean + delta * n / (count + n)
        count += n
    return mean.to(torch.float32), torch.sqrt(squares / count).to(torch.float32)


class SensorDataset(Dataset):
    def __init__(self, index, read, split, stats=None):
        super().__init__()
        self.names = [n for n, _, s in index if s == split]
        self.labels = [y for _, y, s in index if s == split]
        self.read = read
        if stats is not None:
            self.stats = stats
        else:
            self.stats = running(read(n) for n, _, s in index if s == "train")

    def __len__(self):
        return len(self.names)

    def __getitem__(self, i):
        recording = self.read(self.names[i]).to(torch.float32)
        std = self.stats[1]
        scale = std + (std == 0).to(std.dtype)
        return recording.sub(self.stats[0]).div(scale), self.labels[i]


def pad(items):
    longest = max(len(x) for x, _ in items)
    rows = [torch.nn.functional.pad(x, (0, 0, 0, longest - len(x))) for x, _ in items]
    return dict(
        labels=torch.as_tensor([y for _, y in items], dtype=torch.int64),
        lengths=torch.as_tensor([len(x) for x, _ in items], dtype=torch.int64),
        x=torch.stack(rows),
    )


def make_loader(dataset, batch_size, shuffle, seed=0):
    if shuffle:
        generator = torch.Generator()
        generator.manual_seed(seed)
        sampler = RandomSampler(dataset, generator=generator)
    else:
        sampler = SequentialSampler(dataset)
    batches = BatchSampler(sampler, batch_size, drop_last=False)
    return DataLoader(dataset, batch_sampler=batches, collate_fn=pad)
