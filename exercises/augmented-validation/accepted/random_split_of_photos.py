import torch
from torch.utils.data import ConcatDataset, Dataset, random_split


def augment(image):
    flipped = torch.where(torch.rand(1) < 0.5, image.flip(-1), image)
    return flipped + (torch.rand(1) * 0.4 - 0.2)


class OnePhoto(Dataset):
    """All rows of one photo."""

    def __init__(self, images, labels, prepare):
        self.images, self.labels, self.prepare = images, labels, prepare

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        if not 0 <= i < len(self):
            raise IndexError(i)
        return self.prepare(self.images[i]), self.labels[i]


def split(images, labels, sources, share, seed=0):
    groups = [(sources == one).nonzero(as_tuple=True)[0] for one in sources.unique(sorted=True)]
    held = round(share * len(groups))
    lengths = [len(groups) - held, held]
    parts = random_split(groups, lengths, generator=torch.Generator().manual_seed(seed))
    train_rows = torch.cat(list(parts[0]))
    mean, std = images[train_rows].mean(), images[train_rows].std()

    def make(part, change):
        def prepare(image):
            return (change(image) - mean) / std

        return ConcatDataset([OnePhoto(images[rows], labels[rows], prepare) for rows in part])

    return make(parts[0], augment), make(parts[1], lambda image: image)
