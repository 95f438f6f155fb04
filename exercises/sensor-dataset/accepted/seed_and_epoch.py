import numpy as np
import torch


class SensorDataset(torch.utils.data.Dataset):
    """Statistics by numpy; a flat channel gets the std 1 at once."""

    def __init__(self, index, read, split, stats=None):
        self.entries = list(filter(lambda row: row[2] == split, index))
        self.read = read
        if stats is None:
            train = np.concatenate(
                [read(row[0]).numpy().astype(np.float64) for row in index if row[2] == "train"]
            )
            stats = (
                torch.from_numpy(train.mean(axis=0)).float(),
                torch.from_numpy(train.std(axis=0)).float(),
            )
        mean, std = stats
        self.stats = (mean, torch.where(std == 0, torch.ones_like(std), std))

    def __len__(self):
        return len(self.entries)

    def __getitem__(self, i):
        name, label = self.entries[i][:2]
        mean, std = self.stats
        return ((self.read(name).double() - mean) / std).float(), int(label)


class Epochs:
    def __init__(self, dataset, batch_size, shuffle, seed):
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.epoch = 0

    def __iter__(self):
        count = len(self.dataset)
        order = np.arange(count)
        if self.shuffle:
            order = np.random.default_rng([self.seed, self.epoch]).permutation(count)
        self.epoch += 1
        for part in np.split(order, range(self.batch_size, count, self.batch_size)):
            xs, ys = zip(*[self.dataset[int(i)] for i in part])
            yield {
                "x": torch.nn.utils.rnn.pad_sequence(list(xs), batch_first=True),
                "lengths": torch.LongTensor([x.size(0) for x in xs]),
                "labels": torch.LongTensor(ys),
            }


def make_loader(dataset, batch_size, shuffle, seed=0):
    return Epochs(dataset, batch_size, shuffle, seed)
