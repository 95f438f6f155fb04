import random

import torch
from torch.utils.data import Dataset, TensorDataset


def augment(image):
    out = torch.flip(image, dims=[2]) if random.random() < 0.5 else image
    return torch.add(out, random.uniform(-0.2, 0.2))


class Mapped(Dataset):
    def __init__(self, data, function):
        self.data, self.function = data, function

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        image, label = self.data[i]
        return self.function(image), int(label)


def split(images, labels, sources, share, seed=0):
    ids = sorted(set(sources.tolist()))
    held = set(random.Random(seed).sample(ids, round(share * len(ids))))
    mask = torch.tensor([s in held for s in sources.tolist()])
    mean, std = images[~mask].mean(), images[~mask].std()

    def standardise(image):
        return (image - mean) / std

    train = Mapped(TensorDataset(images[~mask], labels[~mask]), lambda x: standardise(augment(x)))
    val = Mapped(TensorDataset(images[mask], labels[mask]), standardise)
    return train, val
