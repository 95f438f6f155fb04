import numpy as np
import torch
from torch.utils.data import Dataset


def augment(image):
    image = image.clone()
    if torch.rand(1).item() < 0.5:
        image = torch.flip(image, (-1,))
    image.add_(torch.rand(1).item() * 0.4 - 0.2)
    return image


class Val(Dataset):
    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return self.images.size(0)

    def __getitem__(self, i):
        return self.images[i].clone(), self.labels[i].item()


class Train(Val):
    def __init__(self, images, labels, mean, std):
        super().__init__(images, labels)
        self.mean, self.std = mean, std

    def __getitem__(self, i):
        image, label = super().__getitem__(i)
        return augment(image).sub(self.mean).div(self.std), label


def split(images, labels, sources, share, seed=0):
    ids = np.unique(sources.numpy())
    np.random.default_rng(seed).shuffle(ids)
    val = torch.from_numpy(np.isin(sources.numpy(), ids[: int(share * len(ids) + 0.5)]))
    train = ~val
    mean, std = images[train].mean(), images[train].std()
    return (
        Train(images[train], labels[train], mean, std),
        Val((images[val] - mean) / std, labels[val]),
    )
