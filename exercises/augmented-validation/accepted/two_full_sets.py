import torch
from torch.utils.data import Dataset, Subset


def augment(image):
    if torch.rand(()) >= 0.5:
        image = image.flip(2)
    return image + 0.4 * (torch.rand((), dtype=image.dtype) - 0.5)


class Photos(Dataset):
    def __init__(self, images, labels, transform=None):
        self.images, self.labels, self.transform = images, labels, transform
        self.numbers = (0.0, 1.0)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        x = self.images[i]
        x = self.transform(x) if self.transform else x
        mean, std = self.numbers
        return (x - mean) / std, self.labels[i]


def split(images, labels, sources, share, seed=0):
    generator = torch.Generator().manual_seed(seed)
    ids = list(dict.fromkeys(sorted(sources.tolist())))
    order = torch.randperm(len(ids), generator=generator)
    held = torch.zeros(len(images), dtype=torch.bool)
    for place in order[: round(share * len(ids))].tolist():
        held |= sources == ids[place]
    train = Subset(Photos(images, labels, augment), torch.where(~held)[0])
    val = Subset(Photos(images, labels), torch.where(held)[0])
    numbers = images[train.indices].mean(), images[train.indices].std()
    train.dataset.numbers = val.dataset.numbers = numbers
    return train, val
