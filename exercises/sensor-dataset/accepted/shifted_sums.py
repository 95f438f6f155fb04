import torch
from torch.nn.utils.rnn import pad_sequence


class SensorDataset:
    def __init__(self, index, read, split, stats=None):
        self.rows = [(n, y) for (n, y, s) in index if s == split]
        self.read = read
        self.stats = stats or self.compute([n for (n, y, s) in index if s == "train"])

    def compute(self, names):
        # Sums around the first reading: small numbers, so that nothing cancels.
        shift = self.read(names[0])[0].double()
        n, s, q = 0, torch.zeros_like(shift), torch.zeros_like(shift)
        for name in names:
            d = self.read(name).double() - shift
            n += d.shape[0]
            s += d.sum(dim=0)
            q += d.square().sum(dim=0)
        mean = s / n
        var = (q / n - mean.square()).clamp_min(0.0)
        return (mean + shift).float(), var.sqrt().float()

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        name, label = self.rows[i]
        mean, std = self.stats
        x = self.read(name) - mean
        return (x / torch.where(std > 0, std, torch.ones_like(std))).float(), label


def make_loader(dataset, batch_size, shuffle, seed=0):
    def collate(batch):
        recs, labels = [b[0] for b in batch], [b[1] for b in batch]
        packed = torch.nn.utils.rnn.pack_sequence(recs, enforce_sorted=False)
        x, lengths = torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
        return {"labels": torch.tensor(labels), "x": x, "lengths": lengths}

    g = torch.Generator()
    g.manual_seed(seed)
    return torch.utils.data.DataLoader(
        dataset, batch_size=batch_size, shuffle=shuffle, generator=g, collate_fn=collate
    )
