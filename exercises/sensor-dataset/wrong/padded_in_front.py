# fails: batches - zeros come before the recording
import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset


class SensorDataset(Dataset):
    def __init__(self, index, read, split, stats=None):
        self.rows = [(name, label) for name, label, part in index if part == split]
        self.read = read
        if stats is None:
            known = torch.cat([read(name).double() for name, _, part in index if part == "train"])
            stats = known.mean(0), known.std(0, correction=0)
        self.stats = tuple(part.float() for part in stats)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        name, label = self.rows[i]
        mean, std = self.stats
        x = (self.read(name) - mean) / torch.where(std == 0, 1, std)
        return x.float(), label


def collate(items):
    recordings, labels = zip(*items, strict=True)
    return {
        "x": pad_sequence(recordings, batch_first=True, padding_side="left"),
        "lengths": torch.tensor([len(x) for x in recordings]),
        "labels": torch.tensor(labels),
    }


def make_loader(dataset, batch_size, shuffle, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(dataset, batch_size, shuffle, collate_fn=collate, generator=generator)
